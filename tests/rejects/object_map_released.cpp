// reject: the object owns this descriptor
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

#include <utility>

using app = bpfxx::object::object<records_object>;

auto take(app::loaded const& all) {
    auto counts = all.map<"counts">();
#ifdef REJECT
    return std::move(counts).release();
#else
    return counts.duplicate();
#endif
}
