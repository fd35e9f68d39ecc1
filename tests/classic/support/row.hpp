#pragma once

#include <bpfxx/classic/instruction.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace tests::classic {

/// An instruction, and the fields that it must have, written by hand from the manual.
struct row {
    bpfxx::classic::instruction got;
    int code;
    std::int64_t k = 0;
    int jt = 0;
    int jf = 0;
};

constexpr bool equal(row const& one) {
    return one.got.code == one.code && one.got.k == one.k && one.got.jt == one.jt && one.got.jf == one.jf;
}

/// For static_assert.
constexpr bool all_equal(std::span<row const> rows) {
    for (row const& one : rows)
        if (!equal(one)) return false;
    return true;
}

inline void check(std::span<row const> rows) {
    for (std::size_t i = 0; i != rows.size(); ++i) {
        CAPTURE(i);
        CHECK(rows[i].got.code == rows[i].code);
        CHECK(rows[i].got.k == rows[i].k);
        CHECK(rows[i].got.jt == rows[i].jt);
        CHECK(rows[i].got.jf == rows[i].jf);
    }
}

} // namespace tests::classic
