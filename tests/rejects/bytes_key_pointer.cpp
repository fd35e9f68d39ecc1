// reject: a map key is copied byte for byte: make it a trivially copyable, standard layout type without pointers
#include <bpfxx/bytes.hpp>

#include <cstdint>

#ifdef REJECT
static_assert(bpfxx::detail::check_element_types<char const*, int>());
#else
static_assert(bpfxx::detail::check_element_types<std::uint64_t, int>());
#endif
