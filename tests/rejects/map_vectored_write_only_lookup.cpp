// reject: this view is write-only: open it as read_write
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/vectored.hpp>

bool stored(bpfxx::vectored<bpfxx::hash_map<int, int, bpfxx::write_only>> const& many) {
#ifdef REJECT
    return many.lookup(1).has_value();
#else
    return many.update(1).has_value();
#endif
}
