// reject: these values go with a temporary: name the buffer
#include <bpfxx/map/per_cpu.hpp>

auto room(bpfxx::possible_cpus const& cpus) {
    using buffer = bpfxx::per_cpu_buffer<std::uint64_t, 64>;
#ifdef REJECT
    return buffer{}.values(cpus).has_value();
#else
    buffer named;
    return named.values(cpus).has_value();
#endif
}
