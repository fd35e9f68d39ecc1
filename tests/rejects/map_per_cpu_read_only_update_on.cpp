// reject: this view is read-only: open it as read_write
#include <bpfxx/map/per_cpu_array.hpp>

#ifdef REJECT
using mode = bpfxx::read_only;
#else
using mode = bpfxx::read_write;
#endif

auto stored(bpfxx::per_cpu_array<std::uint64_t, mode> const& counts) {
    return counts.update_on(bpfxx::cpu_number{1}, 0, 7);
}
