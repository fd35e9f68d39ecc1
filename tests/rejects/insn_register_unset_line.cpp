// reject: (subscript value .10. is outside the bounds of array .line.|refer to element 10 of array)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

// clang-format off: the line counts
#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r6, 1), // 8
                                               mov(r7, 1),
                                               mov(r8, r0), // 10, the one that is named
                                               mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r6, 1), mov(r7, 1), mov(r8, r7), mov(r0, 0), exit());
#endif
// clang-format on
