// reject: a BTF member lies behind the end of its struct
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.struct_("pair", 8, {{"a", {}, 65}});
#else
    types.struct_("pair", 8, {{"a", {}, 64}});
#endif
    return types.finish();
}();
