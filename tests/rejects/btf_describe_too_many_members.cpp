// reject: a struct is seen through when it has 1 to 32 members
#include <bpfxx/btf/describe.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

struct value {
    std::uint8_t a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
    std::uint8_t q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae, af;
#ifdef REJECT
    std::uint8_t ag;
#endif
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);
