// reject: a BTF name has at most 127 characters
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.fwd("a23456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_"
              "123456789_123456789_12345678");
#else
    types.fwd("a23456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_"
              "123456789_123456789_1234567");
#endif
    return types.finish();
}();
