// reject: these names do not fit the builder: give it more StringBytes
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<12, 6> types;
#ifdef REJECT
    types.fwd("flows");
#else
    types.fwd("flow");
#endif
    return types.finish();
}();
