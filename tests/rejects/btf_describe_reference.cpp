// reject: BTF describes structs of standard layout
#include <bpfxx/btf/describe.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

struct value {
    std::uint32_t first;
#ifdef REJECT
    std::uint32_t& second;
#else
    std::uint32_t second;
#endif
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
