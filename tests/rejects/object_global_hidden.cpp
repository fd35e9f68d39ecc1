// reject: no process sees this variable
#include <bpfxx/object/object.hpp>

#include "../object/made/data_sections.bpf.hpp"

using app = bpfxx::object::object<data_sections_object>;

int read(app::loaded const& all) {
#ifdef REJECT
    return all.global<"hidden_custom">();
#else
    return all.global<"custom_data">();
#endif
}
