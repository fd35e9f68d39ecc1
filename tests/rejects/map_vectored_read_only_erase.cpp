// reject: this view is read-only: open it as read_write
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/vectored.hpp>

bool looked_up(bpfxx::vectored<bpfxx::hash_map<int, int, bpfxx::read_only>> const& many) {
#ifdef REJECT
    return many.erase(1).has_value();
#else
    return many.lookup(1).has_value();
#endif
}
