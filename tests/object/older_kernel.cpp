// Loading where the kernel knows no array of descriptors (before Linux 5.14): it refuses what it does not know, and what
// is loaded then the running kernel verifies.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/command.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/file.hpp>
#include <bpfxx/object/load_programs.hpp>
#include <bpfxx/sys/attr/program.hpp>

#include "fake/kernel.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace bpfxx;

struct program_given {
    bool array = false;
    std::vector<insn::instruction> code{};

    [[nodiscard]] auto loads(insn::pseudo_load what) const {
        return std::count_if(code.begin(), code.end(), [&](insn::instruction const& one) {
            return one.code == insn::wide_opcode && static_cast<insn::pseudo_load>(one.src()) == what;
        });
    }
};

struct loaded {
    object::loading<void> done;
    std::vector<program_given> programs;
};

/// `limit`: all programs are longer than the kernel takes.
loaded load_on_older(char const* name, bool limit = false) {
    auto object = object_file::open((std::string{BPFXX_TESTS "/object/"} + name).c_str());
    REQUIRE(object);
    std::vector<program_given> given;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (static_cast<command>(call.command) != command::prog_load) return call.pass_through();
        using attribute = sys::attr::prog_load;
        auto const count = call.field<std::uint32_t>(offsetof(attribute, insn_cnt));
        auto const* const code = call.pointer<insn::instruction>(offsetof(attribute, insns));
        bool const array = call.field<std::uint64_t>(offsetof(attribute, fd_array)) != 0;
        given.push_back({array, {code, code + count}});
        return array || limit ? -E2BIG : call.pass_through();
    }};
    auto done = object->load();
    kernel.stop();
    return {std::move(done), std::move(given)};
}

} // namespace

TEST_CASE("object on an older kernel: maps and variables are named by descriptors, in a copy") {
    if (char const* const why = fake::unavailable()) return support::skip(why);
    using enum insn::pseudo_load;
    for (auto const* name : {"records.bpf.o", "subprograms.bpf.o"}) {
        CAPTURE(name);
        auto const all = load_on_older(name);
        char text[512];
        REQUIRE_MESSAGE(all.done, std::string{all.done ? "" : all.done.error().describe(text)});
        REQUIRE(all.programs.size() >= 3);
        CHECK(all.programs[0].array);
        CHECK(all.programs[1].array); // for the log
        for (std::size_t at = 2; at != all.programs.size(); ++at) {
            CHECK_FALSE(all.programs[at].array); // asked once alone
            CHECK(all.programs[at].loads(map_idx) + all.programs[at].loads(map_idx_value) == 0);
        }
        auto const& first = all.programs[0];
        auto const& second = all.programs[2];
        CHECK(first.loads(map_idx) == second.loads(map_fd));
        CHECK(first.loads(map_idx_value) == second.loads(map_value));
        CHECK(first.loads(map_idx) + first.loads(map_idx_value) > 0);
    }
}

TEST_CASE("object on an older kernel: what is too long either way is said") {
    if (char const* const why = fake::unavailable()) return support::skip(why);
    auto const all = load_on_older("records.bpf.o", true);
    REQUIRE_FALSE(all.done);
    CHECK(all.done.error().during == object::step::load_program);
    CHECK(all.done.error().failure.code == errc::e2big);
    CHECK(all.programs.size() >= 2);
}
