// reject: there is no such register: BPF has r0 to r10
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

constexpr std::array<instruction, 1> move_into(std::uint8_t number) {
    return {instruction{0xb7, instruction::pack(number, 0), 0, 0}};
}

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(move_into(11), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(move_into(9), mov(r0, 0), exit());
#endif
