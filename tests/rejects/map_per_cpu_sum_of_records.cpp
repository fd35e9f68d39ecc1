// reject: these values are no numbers: sum a member, sum\(&stats::packets\), or fold
#include <bpfxx/map/per_cpu.hpp>

struct stats {
    std::uint64_t packets, bytes;
};

auto packets(bpfxx::per_cpu_values<stats const> values) {
#ifdef REJECT
    return values.sum();
#else
    return values.sum(&stats::packets);
#endif
}
