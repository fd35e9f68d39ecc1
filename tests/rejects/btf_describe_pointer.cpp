// reject: a pointer means nothing outside the process that stored it
#include <bpfxx/btf/describe.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

struct value {
#ifdef REJECT
    char const* name;
#else
    char name[8];
#endif
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
