// reject: the instructions must outlive it: name them
#include <bpfxx/insn/disassemble.hpp>

#include <vector>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] disassembly const bad{std::vector<instruction>{}};
#else
std::vector<instruction> const code;
[[maybe_unused]] disassembly const good{code};
[[maybe_unused]] disassembly const good_too{std::span{code}};
#endif
