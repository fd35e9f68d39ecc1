// reject: a BTF name holds no zero byte
#include <bpfxx/btf/build.hpp>

#include <string_view>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.int_(std::string_view{"a\0b", 3}, 4);
#else
    types.int_(std::string_view{"a b", 3}, 4);
#endif
    return types.finish();
}();
