// reject: a struct with bit-fields or an anonymous union, or a packed one, cannot be seen through
#include <bpfxx/btf/describe.hpp>

#include <cstddef>
#include <cstdint>

struct value {
    std::uint32_t tag;
    union {
        std::uint32_t number;
        unsigned char bytes[4];
    }
#ifndef REJECT
    what
#endif
        ;
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
