// reject: a BTF struct with bit-fields ends at 2 MiB
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.struct_("far", 1U << 22, {{"a", {}, 1U << 24, 1}});
#else
    types.struct_("far", 1U << 22, {{"a", {}, (1U << 24) - 1, 1}});
#endif
    return types.finish();
}();
