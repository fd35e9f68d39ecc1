// reject: no record of this ring has this type
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

using life = one_of<&header::kind, tagged<1, started>>;

#ifdef REJECT
auto bad(ring_reader<life>::reference const& record) { return record.get_if<event>(); }
#else
auto good(ring_reader<life>::reference const& record) { return record.get_if<started>(); }
#endif
