// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/core/essential_name.hpp>

#include <doctest/doctest.h>

namespace {

using bpfxx::core::essential_name;
using bpfxx::core::is_same_but_flavour;

static_assert(essential_name("task_struct___old") == "task_struct" && essential_name("task_struct") == "task_struct");
static_assert(essential_name("a___b") == "a" && essential_name("a___b___c") == "a___b", "the last flavour counts");
static_assert(essential_name("___b") == "___b" && essential_name("a___") == "a___" && essential_name("a__b") == "a__b");
static_assert(essential_name("a____b") == "a____b", "four underscores separate nothing");
static_assert(essential_name("").empty() && essential_name("____") == "____" && essential_name("_____") == "_____");
static_assert(is_same_but_flavour("a___b", "a___c") && is_same_but_flavour("a", "a___c"));
static_assert(!is_same_but_flavour("a___b", "b___b") && !is_same_but_flavour("a", ""));

TEST_CASE("core essential_name: at run time as while compiling") { CHECK(essential_name("sk_buff___2") == "sk_buff"); }

} // namespace
