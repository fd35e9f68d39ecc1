// reject: a struct with bit-fields or an anonymous union, or a packed one, cannot be seen through
#include <bpfxx/btf/describe.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

struct value {
#ifdef REJECT
    std::uint32_t low : 8, high : 24;
#else
    std::uint32_t low, high;
#endif
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
