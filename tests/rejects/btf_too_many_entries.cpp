// reject: a BTF type has at most 65535 members, enumerators, parameters or variables
#include <bpfxx/btf/build.hpp>

#include <array>
#include <span>

inline constexpr std::array<bpfxx::btf::parameter_spec, 65536> crowd{};

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.func_proto({}, std::span{crowd});
#else
    types.func_proto({}, std::span{crowd}.first(1));
#endif
    return types.finish();
}();
