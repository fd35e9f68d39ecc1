// reject: an argument that was not understood cannot be read: see its problem and its text
#include <bpfxx/probe/argument_code.hpp>

#ifdef REJECT
inline constexpr auto text = "8f@%xmm0";
#else
inline constexpr auto text = "8@%rdi";
#endif
inline constexpr auto argument = bpfxx::probe::parse_argument(bpfxx::elf::machine::x86_64, text);
inline constexpr auto code = bpfxx::probe::read_argument(bpfxx::insn::r0, bpfxx::insn::r6, argument);
