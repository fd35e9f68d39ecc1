// reject: the argument would overwrite the context: name another register
#include <bpfxx/probe/argument_code.hpp>

#ifdef REJECT
inline constexpr auto to = bpfxx::insn::r6;
#else
inline constexpr auto to = bpfxx::insn::r7;
#endif
inline constexpr auto argument = bpfxx::probe::parse_argument(bpfxx::elf::machine::x86_64, "8@%rdi");
inline constexpr auto code = bpfxx::probe::read_argument(to, bpfxx::insn::r6, argument);
