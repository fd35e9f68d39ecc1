#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/ext.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/bytes_in_constants.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace bpfxx::object {

/// The instructions of a section as they lie in a file, of either byte order.
class instructions_in_file {
  public:
    constexpr instructions_in_file() noexcept = default;
    /// Bytes behind the last whole instruction are left out.
    constexpr instructions_in_file(std::string_view bytes, bool swapped) noexcept : bytes_{bytes}, swapped_{swapped} {}

    [[nodiscard]] constexpr std::size_t size() const noexcept { return bytes_.size() / 8; }
    [[nodiscard]] constexpr bool is_swapped() const noexcept { return swapped_; }

    /// The instruction at a position below `size`, in the byte order of this machine.
    [[nodiscard]] constexpr insn::instruction operator[](std::size_t index) const noexcept {
        auto one = bpfxx::detail::from_bytes<insn::instruction>(bytes_.data() + index * 8);
        if (!swapped_) [[likely]]
            return one;
        // The two nibbles follow the byte order as well.
        one.registers = static_cast<std::uint8_t>(one.registers << 4 | one.registers >> 4);
        one.off = static_cast<std::int16_t>(__builtin_bswap16(static_cast<std::uint16_t>(one.off)));
        one.imm = imm(index);
        return one;
    }

    [[nodiscard]] constexpr std::int32_t imm(std::size_t index) const noexcept {
        return static_cast<std::int32_t>(btf::wire::load_u32(bytes_.data() + index * 8 + 4, swapped_));
    }
    [[nodiscard]] constexpr bool is_call(std::size_t index) const noexcept {
        return static_cast<std::uint8_t>(bytes_[index * 8]) == call_opcode;
    }
    /// A load of 64 bits with both of its slots.
    [[nodiscard]] constexpr bool is_wide_load(std::size_t index) const noexcept {
        return static_cast<std::uint8_t>(bytes_[index * 8]) == insn::wide_opcode && index + 1 < size();
    }
    /// A call of a function that lies in the program.
    [[nodiscard]] constexpr bool is_call_of_subprogram(std::size_t index) const noexcept {
        if (!is_call(index)) return false;
        return (*this)[index].src() == static_cast<std::uint8_t>(insn::pseudo_call::subprogram);
    }

    /// The first call of such a function from a position on and in front of another; that one where there is none.
    [[nodiscard]] constexpr std::size_t next_call(std::size_t from, std::size_t end) const noexcept {
        // Few steps for each instruction, as compilers count those of constant evaluations.
        for (char const* at = bytes_.data() + from * 8; from != end; ++from, at += 8)
            if (static_cast<std::uint8_t>(*at) == call_opcode && is_call_of_subprogram(from)) return from;
        return end;
    }

    /// Copies as many instructions as there is room for, from a position where there are as many.
    constexpr void copy(std::size_t from, insn::instruction* to, std::size_t count) const noexcept {
        if (!std::is_constant_evaluated() && !swapped_) {
            if (count != 0) std::memcpy(to, bytes_.data() + from * 8, count * 8);
            return;
        }
        for (std::size_t i = 0; i != count; ++i) to[i] = (*this)[from + i];
    }

  private:
    static constexpr std::uint8_t call_opcode =
        insn::opcode(insn::opcode_class::jmp, insn::jump_op::call, insn::operand_source::k);

    std::string_view bytes_;
    bool swapped_ = false;
};

/// A section with instructions and all that is known about them.
struct code_section {
    std::string_view name{};
    /// Its number in the file.
    std::uint32_t section = 0;
    /// Its functions among those of the image, and its relocations.
    std::uint32_t first_function = 0;
    std::uint32_t function_count = 0;
    std::uint32_t first_relocation = 0;
    std::uint32_t relocation_count = 0;
    /// In the order of names, the number of the section at this one's position.
    std::uint32_t by_name = 0;
    instructions_in_file instructions{};
    btf::ext_records<sys::info::func_info> functions{};
    btf::ext_records<sys::info::line_info> lines{};
    btf::ext_records<sys::info::core_relo> core{};
};

} // namespace bpfxx::object
