// reject: a member that BTF describes starts within the first 512 MiB of its struct
#include <bpfxx/btf/describe.hpp>

#include <cstddef>
#include <cstdint>

struct value {
#ifdef REJECT
    char room[1U << 29];
#else
    char room[(1U << 29) - 1];
#endif
    char last;
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
