// reject: these types do not fit the builder: give it more TypeBytes
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<12, 16> types;
#ifdef REJECT
    types.ptr(bpfxx::btf::void_id), types.ptr(bpfxx::btf::void_id);
#else
    types.ptr(bpfxx::btf::void_id);
#endif
    return types.finish();
}();
