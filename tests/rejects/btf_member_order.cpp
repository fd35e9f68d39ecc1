// reject: BTF wants the members of a struct in the order of their offsets
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.struct_("pair", 8, {{"b", {}, 32}, {"a", {}, 0}});
#else
    types.struct_("pair", 8, {{"a", {}, 0}, {"b", {}, 32}});
#endif
    return types.finish();
}();
