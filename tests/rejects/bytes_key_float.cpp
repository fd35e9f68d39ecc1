// reject: floating point of which equal values differ in bytes
#include <bpfxx/bytes.hpp>

#include <cstdint>

#ifdef REJECT
static_assert(bpfxx::detail::check_element_types<float, int>());
#else
static_assert(bpfxx::detail::check_element_types<std::uint32_t, float>());
#endif
