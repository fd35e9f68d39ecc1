// reject: a BTF name here is a C identifier
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.fwd("std::flow");
#else
    types.fwd("flow");
#endif
    return types.finish();
}();
