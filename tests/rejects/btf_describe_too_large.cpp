// reject: a type that BTF describes is smaller than 4 GiB
#include <bpfxx/btf/describe.hpp>

#include <cstddef>
#include <cstdint>

class value {};

template <>
inline constexpr bpfxx::btf::shape bpfxx::btf::shape_of<value>{
    .form = bpfxx::btf::kind::int_,
    .name = "value",
#ifdef REJECT
    .size = 0x1'0000'0004,
#else
    .size = 4,
#endif
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
