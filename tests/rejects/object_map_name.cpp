// reject: the object has no map of this name
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

using app = bpfxx::object::object<records_object>;

auto find(app::loaded const& all) {
#ifdef REJECT
    return all.map<"cuonts">().lookup(1);
#else
    return all.map<"counts">().lookup(1);
#endif
}
