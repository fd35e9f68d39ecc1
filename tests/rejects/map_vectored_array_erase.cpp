// reject: elements of this type of map always exist: none can be removed
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/vectored.hpp>

bool done(bpfxx::vectored<bpfxx::array_map<int>> const& many) {
#ifdef REJECT
    return many.erase(1).has_value();
#else
    return many.update(1).has_value();
#endif
}
