// reject: a struct with a base class cannot be seen through
#include <bpfxx/btf/describe.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

struct base {
    std::uint32_t number;
};
#ifdef REJECT
struct value : base {};
#else
struct value {
    base first;
};
#endif

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
