#pragma once
// A program that drains a user ring buffer: it adds what each record says to the number that the record names.

#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/program/debug_info.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace support {

/// A record.
struct addition {
    std::uint32_t number;
    std::uint32_t unused;
    std::uint64_t amount;
};

namespace drain_flags {

inline constexpr int none = 0;
inline constexpr int no_wakeup = 1; // BPF_RB_NO_WAKEUP

} // namespace drain_flags

/// Takes all records, or, where `Enough` is 1, one. Records shorter than an addition count as 1 to number 0.
template <int Flags, int Enough>
inline constexpr auto draining_code = [] {
    using namespace bpfxx::insn;
    constexpr map_slot<0> ring{};
    constexpr map_slot<1> numbers{};
    // clang-format off: one step per line
    return assemble_with_lines(
        load_map(r1, ring), load_subprogram(r2, "each"), mov(r3, 0), mov(r4, Flags),
        bpfxx::insn::call(helper::user_ringbuf_drain),
        bpfxx::insn::exit(),

      subprogram("each"), // dynptr, context
        mov(r3, r1),
        store<std::uint64_t>(r10 - 16, 0), store<std::uint64_t>(r10 - 8, 1),
        mov(r1, r10), add(r1, -16), mov(r2, 16), mov(r4, 0), mov(r5, 0), bpfxx::insn::call(helper::dynptr_read),
        load_map(r1, numbers), mov(r2, r10), add(r2, -16), bpfxx::insn::call(helper::map_lookup_elem),
        jump_if(r0 == 0, "next"),
        load<std::uint64_t>(r1, r10 - 8), atomic_add<std::uint64_t>(r0 + 0, r1),
      label("next"),
        mov(r0, Enough), bpfxx::insn::exit());
    // clang-format on
}();

template <int Flags, int Enough>
inline constexpr bpfxx::debug_info draining_debug{draining_code<Flags, Enough>, "drains"};

class drain_program {
  public:
    template <int Flags = drain_flags::none, int Enough = 0>
    static drain_program over(bpfxx::fd_ref<bpfxx::kind::map> ring) {
        constexpr auto& debug = draining_debug<Flags, Enough>;
        auto numbers = map::create({.max_entries = 8}).value();
        auto const types = bpfxx::btf::load(debug.types());
        REQUIRE(types);
        std::array<char, 8192> log{};
        auto loaded = bpfxx::syscall_program::load({.insns = draining_code<Flags, Enough>.code.with(ring, numbers.fd()),
                                                    .license = "GPL",
                                                    .name = "drains",
                                                    .btf = *types,
                                                    .func_info = debug.functions()},
                                                   log);
        INFO(std::string{loaded ? "" : loaded.error().log});
        REQUIRE(loaded);
        return drain_program{std::move(*loaded), std::move(numbers)};
    }

    /// How many samples the program was given, or a negative errno.
    [[nodiscard]] int run() const { return static_cast<int>(bpfxx::test_run(program_).value()); }

    [[nodiscard]] std::uint64_t number(std::uint32_t index) const { return **numbers_.lookup(index); }

  private:
    using map = bpfxx::array_map<std::uint64_t>;

    drain_program(bpfxx::syscall_program program, map numbers)
        : program_{std::move(program)}, numbers_{std::move(numbers)} {}

    bpfxx::syscall_program program_;
    map numbers_;
};

} // namespace support
