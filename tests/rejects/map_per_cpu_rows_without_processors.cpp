// reject: only the machine says how long a row is: give possible_cpus too
#include <bpfxx/map/per_cpu.hpp>

auto room(std::span<bpfxx::per_cpu_slot<std::uint64_t>> slots, [[maybe_unused]] bpfxx::possible_cpus const& cpus) {
#ifdef REJECT
    return bpfxx::per_cpu_rows<std::uint64_t>::over(slots);
#else
    return bpfxx::per_cpu_rows<std::uint64_t>::over(slots, cpus);
#endif
}
