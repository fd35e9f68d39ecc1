// reject: a BTF float has 2, 4, 8, 12 or 16 bytes
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.float_("real", 6);
#else
    types.float_("real", 8);
#endif
    return types.finish();
}();
