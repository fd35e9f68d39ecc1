// reject: this program names maps: fill them, code\.with\(map\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

struct descriptor {
    int raw() const { return 3; }
};

constexpr map_slot<0> counts{};
constexpr auto code = assemble(load_map(r1, counts), mov(r0, 0), exit());

#ifdef REJECT
[[maybe_unused]] std::span<instruction const> const bad = code;
#else
auto const filled = code.with(descriptor{});
[[maybe_unused]] std::span<instruction const> const good = filled;
#endif
