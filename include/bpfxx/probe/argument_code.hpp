#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/alu.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/mem.hpp>
#include <bpfxx/insn/move.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/probe/argument.hpp>
#include <bpfxx/probe/machine_register.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bpfxx::probe {

/// How many instructions read an argument, wherever it is: those that are not needed do nothing.
inline constexpr std::size_t argument_code_size = 12;

using argument_code = std::array<insn::instruction, argument_code_size>;

namespace detail {

class argument_coder {
  public:
    constexpr argument_coder(insn::reg64 to, insn::reg64 context, std::int16_t scratch) noexcept
        : to_{to}, context_{context}, scratch_{scratch} {
        constexpr auto jump_nowhere = insn::instruction{0x05, 0, 0, 0};
        made_.fill(jump_nowhere);
    }

    [[nodiscard]] constexpr argument_code code(argument const& from) noexcept {
        switch (from.place) {
        case argument_place::constant: read_constant(from); break;
        case argument_place::in_register: read_register(from); break;
        case argument_place::in_memory: read_memory(from); break;
        default: ill_formed("an argument that was not understood cannot be read: see its problem and its text");
        }
        return made_;
    }

  private:
    constexpr void put(insn::instruction one) noexcept { made_[size_++] = one; }

    constexpr void read_constant(argument const& from) noexcept {
        insn::wide_instruction const both = insn::load_imm64(to_, from.number);
        put(both.first);
        put(both.second);
        cut(from);
    }

    constexpr void read_register(argument const& from) noexcept {
        put(insn::load<std::uint64_t>(to_, context_ + from.base->offset));
        if (from.base->first_bit != 0) put(insn::rsh(to_, from.base->first_bit));
        cut(from);
    }

    // The helper leaves zeros where it cannot read the process's memory.
    constexpr void read_memory(argument const& from) noexcept {
        using namespace insn;
        if (from.base)
            put(load<std::uint64_t>(r3, context_ + from.base->offset));
        else
            put(mov(r3, 0));
        if (from.index) {
            put(load<std::uint64_t>(r2, context_ + from.index->offset));
            put(lsh(r2, std::countr_zero(from.scale)));
            put(add(r3, r2));
        }
        put(add(r3, from.number));
        put(mov(r1, r10));
        put(add(r1, scratch_));
        put(mov(r2, from.size));
        put(insn::call(helper::probe_read_user));
        load_scratch(from.size);
        if (from.is_signed) cut(from);
    }

    constexpr void load_scratch(std::uint8_t size) noexcept {
        using namespace insn;
        auto const place = r10 + std::int32_t{scratch_};
        switch (size) {
        case 1: return put(load<std::uint8_t>(to_, place));
        case 2: return put(load<std::uint16_t>(to_, place));
        case 4: return put(load<std::uint32_t>(to_, place));
        default: return put(load<std::uint64_t>(to_, place));
        }
    }

    constexpr void cut(argument const& from) noexcept {
        int const above = 64 - 8 * from.size;
        if (above == 0) return;
        put(insn::lsh(to_, above));
        put(from.is_signed ? insn::arsh(to_, above) : insn::rsh(to_, above));
    }

    argument_code made_{};
    std::size_t size_ = 0;
    insn::reg64 to_;
    insn::reg64 context_;
    std::int16_t scratch_;
};

} // namespace detail

/// Instructions that read an argument of a static probe into a register, sign-extended where the argument is signed, and
/// 0 where it is in memory that cannot be read just then. `context` holds what the program started with, and keeps it
/// over calls: r6 to r9. r1 to r5 and r0 lose their values, and so do the 8 bytes of the stack from r10 + `scratch` on.
/// While compiling they stand in `assemble` as a statement. Where the argument is only known at run time, assemble with
/// `argument_code{}` of the same size in its place, and copy them over it.
/// UAPI: bpf_probe_read_user
/// Since: Linux 5.5
[[nodiscard]] constexpr argument_code read_argument(insn::reg64 to, insn::reg64 context, argument const& from,
                                                    std::int16_t scratch = -8) noexcept {
    bool const kept = context.number() >= 6 && context.number() <= 9;
    if (!kept) ill_formed("reading an argument calls a helper: keep the context in r6, r7, r8 or r9");
    if (to.number() == context.number()) ill_formed("the argument would overwrite the context: name another register");
    return detail::argument_coder{to, context, scratch}.code(from);
}

} // namespace bpfxx::probe
