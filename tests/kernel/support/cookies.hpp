#pragma once
// Programs that count their runs and keep the cookies that they get.
//
//     support::cookies const seen;
//     auto const program = support::noting_cookies<program_kind::kprobe>(seen);
//     …
//     CHECK(seen.take().count == 1);                   // since the last time it was asked

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/handle.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace support {

class cookies {
  public:
    struct noted {
        std::uint64_t count = 0;
        std::uint64_t last = 0;
        std::uint64_t sum = 0;
    };

    /// What was noted since the last call, or since the beginning.
    [[nodiscard]] noted take() const {
        auto const found = **map_.lookup(0);
        map_.update(0, noted{}).value();
        return found;
    }
    [[nodiscard]] bpfxx::fd_ref<bpfxx::kind::map> fd() const { return map_.fd(); }

  private:
    using map = bpfxx::array_map<noted>;

    map map_ = map::create({.max_entries = 1}).value();
};

/// Notes the run and its cookie, unless what stands in `condition` jumps to "end" (r6 is the context), and returns
/// `Returned`.
template <int Returned = 0, class... Statement>
consteval auto noting_cookie(Statement const&... condition) {
    using namespace bpfxx::insn;
    // clang-format off: one step per line
    return assemble(
        mov(r6, r1),
        condition...,
        mov(r1, r6), bpfxx::insn::call(helper::get_attach_cookie), mov(r7, r0),
        store<std::uint32_t>(r10 - 4, 0),
        load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4), bpfxx::insn::call(helper::map_lookup_elem),
        jump_if(r0 == 0, "end"),
        mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1),
        store<std::uint64_t>(r0 + 8, r7),
        atomic_add<std::uint64_t>(r0 + 16, r7),
      label("end"),
        mov(r0, Returned), bpfxx::insn::exit());
    // clang-format on
}

template <class Kind, class Code>
bpfxx::program<Kind> noting(cookies const& seen, Code const& code) {
    char log[8192];
    auto program =
        bpfxx::program<Kind>::load({.insns = code.with(seen.fd()), .license = "GPL", .name = "cookies"}, log);
    INFO(std::string{program ? "" : program.error().log});
    REQUIRE(program);
    return std::move(*program);
}

template <class Kind>
bpfxx::program<Kind> noting_cookies(cookies const& seen) {
    static constexpr auto code = noting_cookie<>();
    return noting<Kind>(seen, code);
}

} // namespace support
