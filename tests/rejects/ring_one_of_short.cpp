// reject: every type of record begins with the header that tells them apart
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

struct header {
    unsigned kind;
    unsigned cpu;
};

struct started {
    header common;
    unsigned pid;
};

#ifdef REJECT
auto bad(ring_buffer const& map) { return ring_reader<one_of<&header::kind, tagged<1, unsigned>>>::open(map); }
#else
auto good(ring_buffer const& map) { return ring_reader<one_of<&header::kind, tagged<1, started>>>::open(map); }
#endif
