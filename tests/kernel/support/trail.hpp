#pragma once
// Which programs ran, and in which order: each appends a digit of its own to a number, so that 312 is program 3, then 1,
// then 2.

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/handle.hpp>

#include <cstdint>

namespace support {

namespace trail_code {

using namespace bpfxx::insn;

// clang-format off: one step per line
template <int Digit, int Verdict>
constexpr auto appending = assemble(
    store<std::uint32_t>(r10 - 4, 0),
    load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4),
    call(helper::map_lookup_elem),
    jump_if(r0 == 0, "end"),
    load<std::uint64_t>(r1, r0), mul(r1, 10), add(r1, Digit), store<std::uint64_t>(r0, r1),
  label("end"),
    mov(r0, Verdict), exit());
// clang-format on

} // namespace trail_code

class trail {
  public:
    /// A program that appends `Digit`, and says `Verdict`.
    template <bpfxx::program_tag Kind, int Digit, int Verdict>
    [[nodiscard]] bpfxx::program<Kind> program() const {
        constexpr auto& code = trail_code::appending<Digit, Verdict>;
        return bpfxx::program<Kind>::load({.insns = code.with(number_.fd()), .license = "GPL", .name = "trail"})
            .value();
    }

    [[nodiscard]] bool empty() const { return **number_.lookup(0) == 0; }

    /// The digits since this was asked last; 0 where nothing ran.
    [[nodiscard]] std::uint64_t take() const {
        auto const found = **number_.lookup(0);
        number_.update(0, 0).value();
        return found;
    }

  private:
    bpfxx::array_map<std::uint64_t> number_ = bpfxx::array_map<std::uint64_t>::create({.max_entries = 1}).value();
};

} // namespace support
