// reject: a filter has at most 4096 instructions
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
[[maybe_unused]] constexpr auto bad = assemble(many<4096>, ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(many<4095>, ret(1));
#endif
