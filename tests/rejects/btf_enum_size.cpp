// reject: a BTF enum has 1, 2, 4 or 8 bytes
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.enum_("color", 16, {{"red", 0}});
#else
    types.enum_("color", 8, {{"red", 0}});
#endif
    return types.finish();
}();
