// reject: the visitor has to take every type of record that this ring has
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

struct header {
    unsigned kind;
};

struct started {
    header common;
    unsigned pid;
};

struct stopped {
    header common;
    int status;
};

using life = one_of<&header::kind, tagged<1, started>, tagged<2, stopped>>;

#ifdef REJECT
auto bad(ring_reader<life>& ring) {
    return ring.consume([](auto const& record) { record.visit([](started const&) {}); });
}
#else
auto good(ring_reader<life>& ring) {
    return ring.consume([](auto const& record) { record.visit([](auto const&) {}); });
}
#endif
