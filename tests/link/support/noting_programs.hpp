#pragma once
// Programs at cgroups that note that they ran, in the order in which they did.

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/cgroup.hpp"
#include "link/support/cgroup_triggers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace support {

using noting_program = bpfxx::cgroup_inet_sock_create_program;

/// The numbers of the programs that ran, in their order: how many, and then each of them.
class notebook {
  public:
    static constexpr std::size_t room = 15;

    /// A program that writes its number for each socket that is made in its group.
    template <std::int32_t Number, class Program = noting_program>
    [[nodiscard]] Program program() const {
        using namespace bpfxx::insn;
        // clang-format off: one step a line
        constexpr auto code = assemble(
            load_map_value(r1, map_slot<0>{}, 0), load<std::uint64_t>(r2, r1 + 0),
            jump_if(r2 >= std::int32_t{room}, "end"),
            mov(r3, r2), add(r3, 1), store<std::uint64_t>(r1 + 0, r3),
            shl(r2, 3), add(r1, r2), mov(r3, Number), store<std::uint64_t>(r1 + 8, r3),
            label("end"), mov(r0, 1), bpfxx::insn::exit());
        // clang-format on
        return Program::load({.insns = code.with(pages_.fd()), .license = "GPL", .name = "note"}).value();
    }

    /// What ran for one socket made in the group, such as "213".
    [[nodiscard]] std::string read(cgroup const& group) const {
        REQUIRE(pages_.update(0, {}));
        {
            in_cgroup const inside{group};
            REQUIRE(inside);
            make_socket();
        }
        auto const noted = **pages_.lookup(0);
        std::string ran;
        for (std::size_t i = 0; i != noted[0]; ++i) ran += std::to_string(noted[1 + i]);
        return ran;
    }

  private:
    using page = std::array<std::uint64_t, 1 + room>;
    bpfxx::array_map<page> pages_ = bpfxx::array_map<page>::create({.max_entries = 1}).value();
};

} // namespace support
