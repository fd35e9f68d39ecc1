// reject: only a class that is no aggregate can be told from the members of a nested struct
#include <bpfxx/map/special.hpp>
#include <bpfxx/reflect.hpp>

#include <cstdint>

struct inner {
    std::uint32_t number;
};
struct outer {
    inner first;
    bpfxx::spin_lock lock;
};
#ifdef REJECT
static_assert(bpfxx::reflect::has_member_of_type<outer, inner>());
#else
static_assert(bpfxx::reflect::has_member_of_type<outer, bpfxx::spin_lock>());
#endif
