// reject: a BTF integer has 1, 2, 4, 8 or 16 bytes
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.int_("int", 3);
#else
    types.int_("int", 4);
#endif
    return types.finish();
}();
