// reject: reading an argument calls a helper: keep the context in r6, r7, r8 or r9
#include <bpfxx/probe/argument_code.hpp>

#ifdef REJECT
inline constexpr auto context = bpfxx::insn::r1;
#else
inline constexpr auto context = bpfxx::insn::r6;
#endif
inline constexpr auto argument = bpfxx::probe::parse_argument(bpfxx::elf::machine::x86_64, "8@8(%rsp)");
inline constexpr auto code = bpfxx::probe::read_argument(bpfxx::insn::r0, context, argument);
