// reject: a BTF type refers to a type id that was never added
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.ptr(bpfxx::btf::type_id{7});
#else
    types.ptr(bpfxx::btf::void_id);
#endif
    return types.finish();
}();
