// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/verdict.hpp>

#include <bpfxx/btf/find.hpp>
#include <bpfxx/insn/assemble.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace {

using namespace bpfxx;

template <class Verdict>
using named = std::pair<std::string_view, Verdict>;

/// What the kernel's enumeration says; 7777 for a name that it lacks.
std::int64_t value_in(btf::type enumeration, std::string_view name) {
    for (auto const one : enumeration.enumerators())
        if (one.name() == name) return one.value();
    return 7777;
}

template <class Verdict, std::size_t Count>
void compare(std::string_view enumeration, named<Verdict> const (&expected)[Count]) {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    auto const found = btf::find(kernel->view(), btf::kind::enum_, enumeration);
    REQUIRE(found);
    for (auto const& [name, value] : expected) {
        CAPTURE(std::string{name});
        CHECK(value_in(*found, name) == static_cast<std::int64_t>(value));
    }
}

TEST_CASE("verdicts have the kernel's numbers") {
    compare<xdp_action>("xdp_action", {{"XDP_ABORTED", xdp_action::aborted},
                                       {"XDP_DROP", xdp_action::drop},
                                       {"XDP_PASS", xdp_action::pass},
                                       {"XDP_TX", xdp_action::tx},
                                       {"XDP_REDIRECT", xdp_action::redirect}});
    compare<sk_action>("sk_action", {{"SK_DROP", sk_action::drop}, {"SK_PASS", sk_action::pass}});
}

TEST_CASE("a verdict is an operand") {
    using namespace bpfxx::insn;
    CHECK(mov(r0, xdp_action::drop) == mov(r0, 1));
    CHECK(mov(r0, tc_action::next) == mov(r0, -1));
}

} // namespace
