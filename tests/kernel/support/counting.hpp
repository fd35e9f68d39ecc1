#pragma once
// Programs of any type that count their runs into a map and return what they are told.
//
//     support::counter const runs;
//     auto const program = support::counting<program_kind::netfilter, 1>(runs);
//     …
//     CHECK(runs.moved() == 1);                        // since the last time it was asked

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/handle.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace support {

class counter {
  public:
    /// Runs since the last call, or since the beginning.
    [[nodiscard]] std::uint64_t moved() const {
        auto const now = **map_.lookup(0);
        return now - std::exchange(seen_, now);
    }
    [[nodiscard]] bpfxx::fd_ref<bpfxx::kind::map> fd() const { return map_.fd(); }

  private:
    using map = bpfxx::array_map<std::uint64_t>;

    map map_ = map::create({.max_entries = 1}).value();
    mutable std::uint64_t seen_ = 0;
};

/// Counts, and returns `Verdict`.
template <std::uint32_t Verdict>
inline constexpr auto counting_code = [] {
    using namespace bpfxx::insn;
    // clang-format off: one step per line
    return assemble(
        store<std::uint32_t>(r10 - 4, 0),
        load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4), bpfxx::insn::call(helper::map_lookup_elem),
        jump_if(r0 == 0, "end"),
        mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1),
      label("end"),
        mov(r0, static_cast<std::int32_t>(Verdict)), bpfxx::insn::exit());
    // clang-format on
}();

/// Loads what a test needs; the verifier's log where it cannot.
template <class Kind, class Code>
bpfxx::program<Kind> loaded(Code const& code) {
    char log[4096];
    auto program = bpfxx::program<Kind>::load({.insns = code, .license = "GPL"}, log);
    INFO(std::string{program ? "" : program.error().log});
    REQUIRE(program);
    return std::move(*program);
}

template <class Kind, std::uint32_t Verdict>
bpfxx::program<Kind> counting(counter const& runs) {
    return loaded<Kind>(counting_code<Verdict>.with(runs.fd()));
}

} // namespace support
