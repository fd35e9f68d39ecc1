// reject: records are aligned to 8 bytes: this type needs more
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

struct alignas(16) wide {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_buffer const& map) { return ring_reader<wide>::open(map); }
#else
auto good(ring_buffer const& map) { return ring_reader<event>::open(map); }
#endif
