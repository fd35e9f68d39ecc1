#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/opcode.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace tests::insn {

/// The fields that one instruction must have, written by hand from the encoding table.
struct fields {
    int code;
    int dst;
    int src;
    int off;
    std::int64_t imm;

    friend constexpr bool operator==(fields const&, fields const&) = default;
};

struct row {
    bpfxx::insn::instruction got;
    fields want;
};

constexpr fields fields_of(bpfxx::insn::instruction const& one) {
    return {one.code, one.dst(), one.src(), one.off, one.imm};
}

inline void check(std::size_t index, fields const& got, fields const& want) {
    CAPTURE(index);
    CHECK(got.code == want.code);
    CHECK(got.dst == want.dst);
    CHECK(got.src == want.src);
    CHECK(got.off == want.off);
    CHECK(got.imm == want.imm);
}

inline void check(std::span<row const> rows) {
    for (std::size_t i = 0; i != rows.size(); ++i) check(i, fields_of(rows[i].got), rows[i].want);
}

/// A whole program against its slots.
inline void check(std::span<bpfxx::insn::instruction const> got, std::span<fields const> want) {
    REQUIRE(got.size() == want.size());
    for (std::size_t i = 0; i != got.size(); ++i) check(i, fields_of(got[i]), want[i]);
}

/// For static_assert: the same comparison as one answer.
constexpr bool all_equal(std::span<row const> rows) {
    for (row const& one : rows)
        if (fields_of(one.got) != one.want) return false;
    return true;
}

} // namespace tests::insn
