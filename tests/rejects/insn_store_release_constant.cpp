// reject: store_release takes a register: mov\(\) the constant first
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = store_release<std::uint64_t>(r6, 1);
#else
[[maybe_unused]] constexpr auto good = store_release<std::uint64_t>(r6, r1);
#endif
