// reject: a BTF bit-field has at most 255 bits
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.struct_("wide", 64, {{"a", {}, 0, 256}});
#else
    types.struct_("wide", 64, {{"a", {}, 0, 255}});
#endif
    return types.finish();
}();
