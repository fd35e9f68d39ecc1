// reject: keep the binary
#include <bpfxx/probe/binary.hpp>

inline bool has_malloc(char const* path) {
#ifdef REJECT
    return bpfxx::probe::binary::open(path).value().function("malloc").has_value();
#else
    auto const binary = bpfxx::probe::binary::open(path);
    return binary && binary->function("malloc").has_value();
#endif
}
