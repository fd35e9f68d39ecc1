// reject: this BTF type, or this part of it, needs a name, and the name is empty
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.enum_("color", 4, {{"", 0}});
#else
    types.enum_("color", 4, {{"red", 0}});
#endif
    return types.finish();
}();
