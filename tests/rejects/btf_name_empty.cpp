// reject: this BTF type needs a name, and the name is empty
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.int_("", 4);
#else
    types.int_("int", 4);
#endif
    return types.finish();
}();
