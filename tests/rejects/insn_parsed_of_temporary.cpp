// reject: the slots live in the result: name it first
#include <bpfxx/insn/parse.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] auto const bad = parse("exit").instructions();
#else
auto const result = parse("exit");
[[maybe_unused]] auto const good = result.instructions();
#endif
