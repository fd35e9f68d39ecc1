// reject: jump displacement does not fit the signed 16-bit off field: gotol\(\) reaches farther
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

template <std::size_t N>
constexpr std::array<instruction, N> filled_with(instruction one) {
    std::array<instruction, N> many{};
    for (instruction& slot : many) slot = one;
    return many;
}

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble_unchecked(jump("far"), filled_with<32768>(mov(r0, 0)), label("far"), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble_unchecked(jump("far"), filled_with<32767>(mov(r0, 0)), label("far"), exit());
#endif
