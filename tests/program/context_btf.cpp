// SPDX-License-Identifier: BSL-1.0
// Fields of contexts against the types of the running kernel.
#include "abi/leaves.hpp"
#include "btf/running_kernel.hpp"
#include "kernel/support/skip.hpp"
#include "program/context_tables.hpp"

#include <bpfxx/btf/member_at.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>

namespace {

using namespace bpfxx;
using btf_test::running_kernel;
using context_test::path_of;
using context_test::table;
using context_test::tables;

TEST_CASE("every field of a context is where the kernel has it") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    int compared = 0;
    for (table const& each : tables) {
        auto const kernel = abi::composite(each.kernel_struct);
        if (!kernel) {
            std::printf("skipped: this kernel has no struct %s\n", std::string{each.kernel_struct}.c_str());
            continue;
        }
        for (auto const& row : each.rows) {
            if (row.name.empty()) continue;
            auto const what = std::string{each.kernel_struct} + '.' + path_of(each, row);
            auto const there = btf::member_at(running_kernel::get()->index(), kernel->id(), path_of(each, row));
            if (!there) {
                std::printf("newer than this kernel: %s\n", what.c_str());
                continue;
            }
            ++compared;
            CHECK_MESSAGE(there->offset() == static_cast<std::uint64_t>(row.offset), what);
            CHECK_MESSAGE(there->size == static_cast<std::uint64_t>(row.size * row.count), what);
        }
    }
    std::printf("contexts: %d fields compared\n", compared);
    CHECK(compared > 120);
}

/// Segments, of which bpfxx knows the bytes and no name, and what only a test run gives.
bool is_left_out(std::string const& what) {
    return what.starts_with("bpf_perf_event_data.regs.cs") || what.starts_with("bpf_perf_event_data.regs.ss") ||
           what.starts_with("bpf_perf_event_data.regs.fred_") || what == "bpf_sk_lookup.cookie";
}

TEST_CASE("every field that the kernel has is in the table") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    for (table const& each : tables) {
        auto const kernel = abi::composite(each.kernel_struct);
        if (!kernel) continue;
        abi::leaf_walk const walk{*kernel};
        for (auto const& leaf : walk.leaves()) {
            auto const what = std::string{each.kernel_struct} + '.' + leaf.path;
            bool const known = std::any_of(each.rows.begin(), each.rows.end(),
                                           [&](auto const& row) { return path_of(each, row) == leaf.path; });
            CHECK_MESSAGE((known || is_left_out(what)), what, " at ", leaf.at.offset, " is in no table of contexts");
        }
    }
}

} // namespace
