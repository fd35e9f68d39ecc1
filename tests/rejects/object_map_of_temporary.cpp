// reject: the map belongs to this object, which is gone at once
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

#include <utility>

using app = bpfxx::object::object<records_object>;

auto find(app::loaded&& all) {
#ifdef REJECT
    return std::move(all).map<"counts">().lookup(1);
#else
    return all.map<"counts">().lookup(1);
#endif
}
