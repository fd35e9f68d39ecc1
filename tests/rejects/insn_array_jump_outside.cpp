// reject: this jump leaves the program
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

constexpr std::array<instruction, 1> jump_over(std::int16_t slots) { return {instruction{0x05, 0, slots, 0}}; }

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), jump_over(1), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), jump_over(0), exit());
#endif
