#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/externs.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/relocation.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx::object {

/// Where instructions find what externs were resolved to.
struct extern_places {
    /// The place of the map of .kconfig in `fd_array`.
    std::uint32_t kconfig_map = 0;
    /// The place of the first module's BTF there, others follow: source 1 of `resolved_extern` is the first module. Not 0,
    /// which means the kernel itself.
    std::uint32_t first_module = 1;
    /// The descriptors of the modules' BTF, in the same order.
    std::span<int const> modules{};
};

/// The number of a helper that no kernel has, and its successors: what the call of a function becomes that is weak and
/// absent, by the number of the extern, as in the reference loader.
inline constexpr std::int32_t absent_function = 2'002'000'000;

/// How many externs can be told apart by that.
inline constexpr std::uint32_t absent_function_limit = 1'000'000;

namespace detail {

class extern_patcher {
  public:
    constexpr extern_patcher(slice<insn::instruction> code, extern_places const& places) noexcept
        : code_{code}, places_{places} {}

    constexpr reason apply(patch const& where, resolved_extern const& with) const noexcept {
        if (where.instruction >= code_.size()) return reason::relocation_place;
        auto& first = code_[where.instruction];
        if (with.source > places_.modules.size()) return reason::extern_not_found;
        if (where.kind == target_kind::extern_function && first.code != insn::wide_opcode)
            return call(first, with, where.index);
        if (first.code != insn::wide_opcode) return reason::relocated_load;
        if (where.instruction + 1 == code_.size()) return reason::relocation_place;
        return load(first, code_[where.instruction + 1], with, where.addend);
    }

  private:
    static constexpr std::uint8_t call_opcode =
        insn::opcode(insn::opcode_class::jmp, insn::jump_op::call, insn::operand_source::k);

    constexpr reason call(insn::instruction& slot, resolved_extern const& with, std::uint32_t number) const noexcept {
        if (slot.code != call_opcode) return reason::relocated_call;
        if (with.how != extern_answer::type) {
            std::uint32_t const named = number < absent_function_limit ? number : absent_function_limit;
            slot = {call_opcode, 0, 0, absent_function + static_cast<std::int32_t>(named)};
            return reason::none;
        }
        std::uint32_t const place = with.source == 0 ? 0 : places_.first_module + with.source - 1;
        if (place > std::uint32_t{std::numeric_limits<std::int16_t>::max()}) return reason::extern_not_found;
        slot = {call_opcode, insn::instruction::pack(0, std::uint8_t(insn::pseudo_call::kfunc)),
                static_cast<std::int16_t>(place), static_cast<std::int32_t>(btf::number(with.type))};
        return reason::none;
    }

    constexpr reason load(insn::instruction& first, insn::instruction& second, resolved_extern const& with,
                          std::int32_t addend) const noexcept {
        auto const set = [&](insn::pseudo_load what, std::uint32_t low, std::uint32_t high) {
            first.registers = insn::instruction::pack(first.dst(), std::uint8_t(what));
            first.imm = static_cast<std::int32_t>(low);
            second.imm = static_cast<std::int32_t>(high);
            return reason::none;
        };
        // Behind an address that is not there, nothing is either.
        std::uint64_t const place =
            with.how == extern_answer::absent ? 0 : with.place + static_cast<std::uint64_t>(std::int64_t{addend});
        switch (with.how) {
        case extern_answer::kconfig:
            return set(insn::pseudo_load::map_idx_value, places_.kconfig_map, static_cast<std::uint32_t>(place));
        case extern_answer::type: {
            // There is no place for it: the second half names the module.
            if (addend != 0) return reason::addend_too_large;
            int const module = with.source == 0 ? 0 : places_.modules[with.source - 1];
            return set(insn::pseudo_load::btf_id, btf::number(with.type), static_cast<std::uint32_t>(module));
        }
        default:
            return set(insn::pseudo_load::constant, static_cast<std::uint32_t>(place),
                       static_cast<std::uint32_t>(place >> 32));
        }
    }

    slice<insn::instruction> code_;
    extern_places const& places_;
};

} // namespace detail

/// Whether any of a program's patches is about an extern: only then its instructions have to be changed.
[[nodiscard]] constexpr bool uses_externs(slice<patch const> patches) noexcept {
    for (patch const& one : patches)
        if (one.kind == target_kind::extern_variable || one.kind == target_kind::extern_function) return true;
    return false;
}

/// Writes what externs were resolved to into the instructions of a program; other patches are left alone.
/// Errors: relocation_place, relocated_load, relocated_call, no_such_extern the patches are of another program;
/// extern_not_found a module without a descriptor, or more than 32767; addend_too_large a place inside of a variable of
/// the kernel
[[nodiscard]] constexpr malformed patch_externs(slice<insn::instruction> code, slice<patch const> patches,
                                                slice<extern_symbol const> externs, slice<resolved_extern const> found,
                                                extern_places const& places) noexcept {
    detail::extern_patcher const patcher{code, places};
    for (patch const& one : patches) {
        if (one.kind != target_kind::extern_variable && one.kind != target_kind::extern_function) continue;
        if (one.index >= externs.size() || one.index >= found.size()) return {reason::no_such_extern};
        reason const why = patcher.apply(one, found[one.index]);
        if (why != reason::none) return {why, no_section, one.instruction, externs[one.index].name};
    }
    return {};
}

/// Which absent function the verifier ran into, as the end of its log says; nothing when it complains about something
/// else.
[[nodiscard]] constexpr std::optional<std::uint32_t> called_absent_function(std::string_view verifier_log) noexcept {
    constexpr std::string_view before = "invalid func unknown#";
    std::size_t at = verifier_log.rfind(before);
    if (at == std::string_view::npos) return {};
    std::int64_t number = 0;
    for (at += before.size(); at < verifier_log.size() && number < (std::int64_t{1} << 32); ++at) {
        if (verifier_log[at] < '0' || verifier_log[at] > '9') break;
        number = number * 10 + (verifier_log[at] - '0');
    }
    number -= absent_function;
    if (number < 0 || number >= std::int64_t{absent_function_limit}) return {};
    return static_cast<std::uint32_t>(number);
}

} // namespace bpfxx::object
