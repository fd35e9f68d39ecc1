// What an object becomes on several targets, against what libbpf makes of it: targets/*.txt, noted by make.py.
// SPDX-License-Identifier: BSL-1.0

#include "object.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace core_test;

/// A line for each relocation, up to the first one that is refused.
std::string lines(object const& from, relocated const& made) {
    std::string text;
    std::uint32_t number = 0;
    for (std::size_t which = 0; which < made.sections.size(); ++which) {
        section const& before = from.sections()[which];
        for (std::size_t at = 0; at < before.relocations.size(); ++at, ++number) {
            text += before.name + " #" + std::to_string(at);
            if (made.problem.relocation == number) return text + " refused\n";
            text += outcome(before, made.sections[which], before.relocations[at].insn_off) + "\n";
        }
    }
    return text;
}

void compare(std::string const& target, core::reason expected) {
    CAPTURE(target);
    object from{folder() + "fields.bpf.o"};
    std::string const blob = read_file(folder() + "targets/" + target + ".btf");
    std::string const noted = read_file(folder() + "targets/" + target + ".txt");
    REQUIRE(!noted.empty());
    for (unsigned const memory : {0U, 1U, 64U}) {
        auto const made = relocate(from, blob, 64, memory);
        CHECK(made.problem.why == expected);
        CHECK(lines(from, made) == noted);
    }
    // However far apart types are noted, the same ones are found.
    for (unsigned const checkpoints : {2U, 3U, 7U, 1000U}) {
        CHECK(lines(from, relocate(from, blob, checkpoints)) == noted);
    }
}

TEST_CASE("core libbpf: a target with the object's own types") { compare("same", core::reason::none); }
TEST_CASE("core libbpf: fields that moved, grew, shrank, changed their sign or their width") {
    compare("moved", core::reason::none);
    compare("shifted", core::reason::none);
}
TEST_CASE("core libbpf: a target with pointers of four bytes") {
    compare("same_32_bit", core::reason::none);
    compare("moved_32_bit", core::reason::none);
}
TEST_CASE("core libbpf: a target that has nothing of what is asked for") { compare("empty", core::reason::none); }
TEST_CASE("core libbpf: several versions of a type, of which earlier relocations leave one") {
    compare("flavours", core::reason::ambiguous_offset);
}
TEST_CASE("core libbpf: several versions of a type that disagree") {
    compare("ambiguous", core::reason::ambiguous_offset);
    compare("ambiguous_value", core::reason::ambiguous_value);
}

} // namespace
