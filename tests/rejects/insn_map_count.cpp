// reject: with\(\) takes exactly one argument for each slot
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

struct descriptor {
    int raw() const { return 3; }
};

constexpr map_slot<0> counts{};
constexpr auto code = assemble(load_map(r1, counts), mov(r0, 0), exit());

#ifdef REJECT
[[maybe_unused]] auto const bad = code.with(descriptor{}, descriptor{});
#else
[[maybe_unused]] auto const good = code.with(descriptor{});
#endif
