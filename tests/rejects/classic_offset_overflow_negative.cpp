// reject: an offset has 32 bits
#include <bpfxx/classic/assemble.hpp>

#include <limits>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(load<std::uint8_t>(a, packet - std::numeric_limits<std::int64_t>::min()), ret(a));
#else
[[maybe_unused]] constexpr auto good =
    assemble(load<std::uint8_t>(a, packet - std::numeric_limits<std::int32_t>::max()), ret(a));
#endif
