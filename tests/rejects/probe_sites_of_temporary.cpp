// reject: the sites are read through the probe: keep it in a variable
#include <bpfxx/probe/static_probe.hpp>

inline bool has_any(bpfxx::elf::view const& file) {
#ifdef REJECT
    return (*bpfxx::probe::static_probes(file)).begin() != bpfxx::probe::static_probe::iterator{};
#else
    auto const probes = bpfxx::probe::static_probes(file);
    return probes->begin() != probes->end();
#endif
}
