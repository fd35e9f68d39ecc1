// What is told to programs with usdt.bpf.h of the arguments of static probes.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/static_probe_spec.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace bpfxx;
using namespace bpfxx::object;
using problem = probe::argument_problem;

constexpr probe::probe_site site(std::string_view arguments, elf::machine machine = elf::machine::x86_64) {
    return {.arguments = arguments, .machine = machine};
}

constexpr static_probe_argument only(std::string_view argument, elf::machine machine = elf::machine::x86_64) {
    auto const spec = *spec_of(site(argument, machine), 0);
    return spec.argument_count == 1 ? spec.arguments[0] : static_probe_argument{.place = 99};
}

constexpr std::uint64_t negative(std::int64_t number) { return static_cast<std::uint64_t>(number); }

// value, place, register, signed, unused bits
static_assert(only("8@$5") == static_probe_argument{5, 0, 0, 0, 0});
static_assert(only("-4@$-5") == static_probe_argument{negative(-5), 0, 0, 1, 32});
static_assert(only("1@%al") == static_probe_argument{0, 1, 80, 0, 56});
static_assert(only("-2@%r15w") == static_probe_argument{0, 1, 0, 1, 48});
static_assert(only("8@(%rsp)") == static_probe_argument{0, 2, 152, 0, 0});
static_assert(only("-4@-1204(%rbp)") == static_probe_argument{negative(-1204), 2, 32, 1, 32});
static_assert(only("8@[sp, 60]", elf::machine::aarch64) == static_probe_argument{60, 2, 248, 0, 0});
static_assert(only("-4@x3", elf::machine::aarch64) == static_probe_argument{0, 1, 24, 1, 32});
static_assert(only("8@-1(a0)", elf::machine::riscv) == static_probe_argument{negative(-1), 2, 80, 0, 0});

static_assert((*spec_of(site(""), 7)).argument_count == 0 && (*spec_of(site(""), 7)).cookie == 7);

constexpr std::string_view twelve = "8@$0 8@$1 8@$2 8@$3 8@$4 8@$5 8@$6 8@$7 8@$8 8@$9 8@$10 8@$11";

TEST_CASE("object: twelve arguments and no more") {
    auto const most = spec_of(site(twelve), 1);
    REQUIRE(most);
    CHECK((*most).argument_count == 12);
    for (std::size_t i = 0; i != 12; ++i) CHECK((*most).arguments[i].value == i);
    auto const more = std::string{twelve} + " 8@$12";
    CHECK(spec_of(site(more), 1).error() == spec_problem{problem::unknown_form, 12});
}

TEST_CASE("object: arguments that have no form there") {
    CHECK(spec_of(site("8@%rdi 8@(%rsi,%rdx,4)"), 0).error() == spec_problem{problem::unknown_form, 1});
    CHECK(spec_of(site("1@%ah"), 0).error() == spec_problem{problem::unknown_form, 0});
    CHECK(spec_of(site("8@%rdi 8@%rdi 8f@%xmm0"), 0).error() == spec_problem{problem::floating_point, 2});
    CHECK(spec_of(site("8@%nothing"), 0).error() == spec_problem{problem::unknown_register, 0});
    CHECK_FALSE(spec_of(site("8@name(%rip)"), 0));
}

} // namespace
