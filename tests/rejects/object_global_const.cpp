// reject: this variable is const in BPF: set it before load
#include <bpfxx/object/object.hpp>

#include "../object/made/data_sections.bpf.hpp"

using app = bpfxx::object::object<data_sections_object>;

void change(app::loaded const& all) {
#ifdef REJECT
    all.global<"read_only">() = 1;
#else
    all.global<"set_before">() = 1;
#endif
}
