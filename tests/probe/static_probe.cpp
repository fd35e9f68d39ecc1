// Static probes of binaries: notes made by hand, right and wrong.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/probe/static_probe.hpp>

#include "elf/image.hpp"
#include "elf/small_object.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace elf_test;
using namespace bpfxx::probe;
using elf::reason;

static_assert(elf::require(static_probes(elf::require(elf::view::parse(small_object)))).size() == 0);

// Spaces part arguments, but not inside brackets.
constexpr probe_site spaced{.arguments = " 8@[sp, 16]  -4@w0 ", .machine = elf::machine::aarch64};
static_assert(spaced.argument_count() == 2 && spaced.argument(0).number == 16 && spaced.argument(1).is_signed);
static_assert(spaced.argument(0).is_understood() && spaced.argument(1).is_understood());
static_assert(probe_site{.arguments = "8@8(%rax, %rbx)", .machine = elf::machine::x86_64}.argument_count() == 1);

/// Code at 0x1000 lies at 0x100 in the file, data at 0x2000 at 0x180; the notes are section 2.
struct binary_of {
    image made;
    bytes file;
    elf::view view;

    explicit binary_of(std::vector<probe_note> const& notes, std::endian order = std::endian::little,
                       std::uint64_t base = 0x1080)
        : binary_of{probe_notes(order, notes), order, base} {}

    explicit binary_of(std::string const& notes, std::endian order = std::endian::little, std::uint64_t base = 0x1080)
        : made{.order = order} {
        made.add({".text", elf::section_type::progbits, std::string(1024, 'c')});
        made.add({".note.stapsdt", elf::section_type::note, notes, 0, 0, 0, 0, 4});
        if (base != 0) made.add({".stapsdt.base", elf::section_type::progbits, "b", 0, 0, 0, base});
        made.segments = {{0x100, 0x1000, 0x80, 0x80}, {0x180, 0x2000, 0x80, 0x100, 6}};
        file = made.finish();
        view = elf::require(elf::view::parse(file.data()));
    }

    [[nodiscard]] elf::malformed problem() const {
        auto const found = static_probes(view);
        CHECK_FALSE(found);
        CHECK(found->size() == 0);
        return found.error();
    }
};

TEST_CASE("static probe: its sites, in both byte orders") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        binary_of const binary{{{0x1004, 0x1080, 0x2008, "app", "start", "-4@%eax 8@-8(%rbp)"},
                                {0x1008, 0x1080, 0, "app", "stop", ""},
                                {0x1010, 0x1080, 0x2008, "app", "start", "-4@$7 8@%rdi"},
                                {0x1014, 0x1080, 0, "lib", "start", ""}},
                               order};
        // What is asked with need not live on.
        auto const found = find_static_probe(binary.view, std::string{"app"}, std::string{"start"});
        REQUIRE(found);
        CHECK(found->size() == 2);
        std::vector<probe_site> sites;
        for (auto const site : *found) sites.push_back(site);
        REQUIRE(sites.size() == 2);
        CHECK(sites[0].provider == "app");
        CHECK(sites[0].name == "start");
        CHECK(sites[0].offset == 0x104);
        CHECK(sites[0].semaphore == 0x188);
        CHECK(sites[0].argument_count() == 2);
        CHECK(sites[0].argument(0).place == argument_place::in_register);
        CHECK(sites[0].argument(1).number == -8);
        CHECK(sites[0].argument(2).problem == argument_problem::missing);
        CHECK(sites[1].offset == 0x110);
        CHECK(sites[1].argument(0).number == 7);
        CHECK(found->front().offset == 0x104);

        std::uint64_t offsets[3]{}, semaphores[3]{};
        CHECK(found->copy_to(offsets, semaphores) == 2u);
        CHECK(offsets[0] == 0x104);
        CHECK(offsets[1] == 0x110);
        CHECK(semaphores[1] == 0x188);
        CHECK_FALSE(found->copy_to(std::span{offsets}.first(1), semaphores));
        CHECK_FALSE(found->copy_to(offsets, std::span{semaphores}.first(1)));
    }
}

TEST_CASE("static probe: of any provider, of any name, of none") {
    binary_of const binary{{{0x1004, 0x1080, 0, "app", "start", ""},
                            {0x1008, 0x1080, 0, "app", "stop", ""},
                            {0x1014, 0x1080, 0, "lib", "start", ""}}};
    auto const count = [&](std::string_view provider, std::string_view name) {
        return (*static_probes(binary.view, provider, name)).size();
    };
    CHECK(count("", "") == 3);
    CHECK(count("app", "") == 2);
    CHECK(count("", "start") == 2);
    CHECK(count("lib", "start") == 1);
    CHECK(count("lib", "stop") == 0);
    CHECK(find_static_probe(binary.view, "lib", "stop").error() == elf::malformed{reason::no_such_probe});
    auto const none = static_probes(binary.view, "lib", "stop");
    CHECK(none->begin() == none->end());
    CHECK(none->front().offset == 0);
    CHECK(binary_of{std::vector<probe_note>{}}.view.section_count() == 5);
}

TEST_CASE("static probe: a file that was moved as a whole after linking") {
    // Notes are of before, when the base was at 0x500 less.
    std::vector<probe_note> const notes{{0xb04, 0xb80, 0x1b08, "app", "start", ""}};
    binary_of const binary{notes};
    auto const found = find_static_probe(binary.view, "app", "start");
    REQUIRE(found);
    CHECK(found->front().offset == 0x104);
    CHECK(found->front().semaphore == 0x188);
    // Without a base on either side nothing is moved.
    binary_of const without{{{0x1004, 0xb80, 0, "app", "start", ""}}, std::endian::little, 0};
    CHECK((*static_probes(without.view)).front().offset == 0x104);
    binary_of const unknown{{{0x1004, 0, 0, "app", "start", ""}}};
    CHECK((*static_probes(unknown.view)).front().offset == 0x104);
}

TEST_CASE("static probe: code that the linker left out, and notes of others, are passed over") {
    auto notes =
        probe_notes(std::endian::little, {{0, 0x1080, 0, "app", "gone", ""}, {0x1004, 0x1080, 0, "app", "is", ""}});
    bytes other;
    other.put(std::uint32_t{8})
        .put(std::uint32_t{1})
        .put(std::uint32_t{2})
        .text("stapsdt")
        .zeroes(1)
        .text("x")
        .align(4);
    other.put(std::uint32_t{4}).put(std::uint32_t{1}).put(std::uint32_t{3}).text("GNU").zeroes(1).text("x").align(4);
    binary_of const binary{other.data() + notes};
    auto const found = static_probes(binary.view);
    REQUIRE(found);
    CHECK(found->size() == 1);
    CHECK(found->front().name == "is");
}

TEST_CASE("static probe: notes that lead nowhere are refused where they are") {
    auto const start = [](binary_of const& binary) { return binary.made.contents_at[2] + 20; };
    binary_of const outside{{{0x1080, 0x1080, 0, "app", "start", ""}}};
    CHECK(outside.problem() == elf::malformed{reason::address_outside, 2, start(outside)});
    binary_of const counter{{{0x1004, 0x1080, 0x2080, "app", "start", ""}}};
    CHECK(counter.problem() == elf::malformed{reason::address_outside, 2, start(counter)});

    auto const right = probe_notes(std::endian::little, {{0x1004, 0x1080, 0, "a", "bcd", "e"}});
    auto const cut = [&](std::uint32_t size) {
        bytes note;
        note.text(right);
        note.overwrite(4, size);
        return binary_of{note.data().substr(0, 20 + (size + 3) / 4 * 4)};
    };
    REQUIRE(static_probes(cut(32).view));
    for (std::uint32_t const size : {0u, 23u, 24u, 25u, 26u, 29u, 30u, 31u}) {
        CAPTURE(size);
        auto const binary = cut(size);
        CHECK(binary.problem() == elf::malformed{reason::probe_note, 2, start(binary)});
    }
}

} // namespace
