// reject: an atomic takes a register: mov\(\) the constant first
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = atomic_and<std::uint64_t>(r10 - 8, 1);
#else
[[maybe_unused]] constexpr auto good = atomic_and<std::uint64_t>(r10 - 8, r1);
#endif
