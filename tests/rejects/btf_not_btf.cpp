// reject: the blob does not begin with the BTF magic number
#include <bpfxx/btf/view.hpp>

#include <string_view>

inline constexpr std::string_view bytes{"no BTF, but some other bytes"};
#ifdef REJECT
inline constexpr auto types = bpfxx::btf::require(bpfxx::btf::view::parse(bytes));
#else
static_assert(!bpfxx::btf::view::parse(bytes));
#endif
