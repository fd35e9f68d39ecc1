// reject: a member of a BTF union lies at its start
#include <bpfxx/btf/build.hpp>

inline constexpr auto made = [] {
    bpfxx::btf::builder<> types;
#ifdef REJECT
    types.union_("either", 8, {{"a", {}, 0}, {"b", {}, 32}});
#else
    types.union_("either", 8, {{"a", {}, 0}, {"b", {}, 0}});
#endif
    return types.finish();
}();
