#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/disassemble.hpp>
#include <bpfxx/insn/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tests::insn {

using slots = std::vector<bpfxx::insn::instruction>;

/// A slot by its fields, as the encoding table gives them.
constexpr bpfxx::insn::instruction slot(int code, int dst, int src, int off, std::int64_t imm) {
    return {static_cast<std::uint8_t>(code),
            bpfxx::insn::instruction::pack(static_cast<std::uint8_t>(dst), static_cast<std::uint8_t>(src)),
            static_cast<std::int16_t>(off), static_cast<std::int32_t>(imm)};
}

inline constexpr bpfxx::insn::disassemble_options every_option[] = {
    {}, {.names = true}, {.alu32 = true}, {.names = true, .alu32 = true}};

/// One or two slots as text.
inline bpfxx::insn::text written(std::span<bpfxx::insn::instruction const> code,
                                 bpfxx::insn::disassemble_options options = {}) {
    if (code.size() == 2) return disassemble(bpfxx::insn::wide_instruction{code[0], code[1]}, options);
    return disassemble(code[0], options);
}

/// The slots that a text stands for, none where it is no instruction.
inline slots read(std::string_view line) {
    auto const result = bpfxx::insn::parse(line);
    return {result.instructions().begin(), result.instructions().end()};
}

/// Whether the text of a program, with each of the options, is read back as the same program.
inline bool read_back(std::span<bpfxx::insn::instruction const> code) {
    return std::ranges::all_of(every_option, [&](bpfxx::insn::disassemble_options options) {
        slots all;
        for (auto const& [at, text] : bpfxx::insn::disassembly(code, options)) {
            if (at != all.size()) return false;
            for (auto const& one : read(text.view())) all.push_back(one);
        }
        return std::ranges::equal(all, code);
    });
}

} // namespace tests::insn
