// reject: a shape is an int_, a float_, an enum_, an array, a struct_ or a union_
#include <bpfxx/btf/describe.hpp>

#include <cstddef>
#include <cstdint>

class value {};

template <>
inline constexpr bpfxx::btf::shape bpfxx::btf::shape_of<value>{
#ifdef REJECT
    .form = bpfxx::btf::kind::ptr,
#else
    .form = bpfxx::btf::kind::int_,
#endif
    .name = "value",
    .size = 8,
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
