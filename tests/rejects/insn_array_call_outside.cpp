// reject: this call or load names no instruction of the program
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

constexpr std::array<instruction, 1> call_over(std::int32_t slots) {
    return {instruction{0x85, instruction::pack(0, 1), 0, slots}};
}

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(call_over(9), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r1, 0), call(helper::ktime_get_ns), exit());
#endif
