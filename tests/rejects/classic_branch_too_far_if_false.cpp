// reject: a conditional jump skips at most 255 instructions: go further with jump\(\)
#include <bpfxx/classic/assemble.hpp>

#include <array>
#include <cstddef>

using namespace bpfxx::classic;

template <std::size_t N>
constexpr std::array<instruction, N> many = [] {
    std::array<instruction, N> all{};
    for (instruction& one : all) one = add(a, 1);
    return all;
}();

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(jump_if(a != 7, "far"), many<256>, label("far"), ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(jump_if(a != 7, "far"), many<255>, label("far"), ret(1));
#endif
