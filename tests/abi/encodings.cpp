// SPDX-License-Identifier: BSL-1.0

#include "abi/enumerators.hpp"
#include "abi/facts.hpp"

#include <bpfxx/insn/opcode.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>

// The operations that an imm field selects, against the rows of insn_encoding.tsv.
namespace {

using namespace bpfxx::insn;

TEST_CASE("every atomic operation has the imm of its row") {
    std::map<std::string, std::uint64_t> rows;
    abi::fact_table{"insn_encoding"}.for_each([&](auto cell) {
        if (cell("opcode") == "0xdb") rows[cell("name")] = abi::number_of(cell("imm"));
    });
    CHECK(rows.size() == abi::enumerators<atomic_op>().size());
    for (abi::enumerator const& one : abi::enumerators<atomic_op>()) {
        std::string row;
        for (char const c : one.name.substr(0, one.name.find_last_not_of('_') + 1))
            row += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
        bool const orders = row == "LOAD_ACQ" || row == "STORE_REL";
        row = (orders ? "" : "ATOMIC_") + row + "_DW";
        REQUIRE_MESSAGE(rows.contains(row), std::string{one.name});
        CHECK_MESSAGE(rows[row] == one.value, std::string{one.name}, " is ", one.value, ", ", row, " is ", rows[row]);
    }
}

} // namespace
