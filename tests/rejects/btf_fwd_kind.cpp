// reject: BTF declares a struct_ or a union_ forward
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.fwd("color", bpfxx::btf::kind::enum_);
#else
    types.fwd("color", bpfxx::btf::kind::union_);
#endif
    return types.finish();
}();
