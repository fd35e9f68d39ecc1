#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/kconfig_layout.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/relocation.hpp>
#include <bpfxx/object/typed_file.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object::detail {

/// The number of a helper that no kernel has: what the load of a jump table becomes, so that a program without any use
/// for it can be loaded all the same.
inline constexpr std::int32_t unmade_jump_table = 2'003'000'000;

[[nodiscard]] constexpr insn::instruction absent_helper(std::int32_t number) noexcept {
    return {insn::opcode(insn::opcode_class::jmp, insn::jump_op::call, insn::operand_source::k), 0, 0, number};
}

/// Writes the numbers of maps into the loads that name maps, variables and options of the kernel: places in an array of
/// descriptors (Linux 5.14).
class map_places {
  public:
    constexpr map_places(image const& of, typed_file const& file, slice<map_definition const> maps) noexcept
        : of_{of}, file_{file}, maps_{maps} {}

    /// Keeps the patches that only a kernel can answer at the front of their span, and says how many these are.
    [[nodiscard]] constexpr parsed<std::uint32_t> fill(slice<insn::instruction> code, slice<patch> patches,
                                                       std::string_view program) const noexcept {
        std::uint32_t kept = 0;
        for (patch const one : patches) {
            if (is_for_kernel(one)) {
                patches[kept++] = one;
                continue;
            }
            std::uint64_t const at = std::uint64_t{one.instruction} * 8;
            if (one.instruction + std::size_t{1} >= code.size())
                return malformed{reason::relocation_place, no_section, at, program};
            if (one.kind == target_kind::jump_table) {
                code[one.instruction] = code[one.instruction + 1] = absent_helper(unmade_jump_table);
                continue;
            }
            auto const place = find(one);
            if (!place) return malformed{reason::no_such_map, no_section, at, program};
            write(code[one.instruction], code[one.instruction + 1], *place);
        }
        return kept;
    }

  private:
    struct map_place {
        std::uint32_t map = 0;
        /// Nothing for the map itself.
        std::optional<std::int32_t> offset{};
    };

    [[nodiscard]] constexpr bool is_for_kernel(patch const& one) const noexcept {
        if (one.kind == target_kind::extern_function) return true;
        return one.kind == target_kind::extern_variable && of_.externs[one.index].from != extern_source::kconfig;
    }

    [[nodiscard]] constexpr std::optional<map_place> find(patch const& one) const noexcept {
        for (std::uint32_t number = 0; number != maps_.size(); ++number) {
            map_definition const& map = maps_[number];
            if (one.kind == target_kind::extern_variable) {
                if (map.origin == map_origin::kconfig) return option(number, one);
                continue;
            }
            bool const holds = map.is_data() ? map.section == one.index : map.arena_section == one.index;
            if (one.kind == target_kind::map_value) {
                if (holds && one.index != 0) return map_place{number, one.addend};
                continue;
            }
            bool const starts = map.section == one.index && map.offset == static_cast<std::uint32_t>(one.addend);
            if (map.origin == map_origin::definition && starts) return map_place{number, {}};
        }
        return std::nullopt;
    }

    /// An option of the kernel, in the map that is made for these.
    [[nodiscard]] constexpr std::optional<map_place> option(std::uint32_t number, patch const& one) const noexcept {
        if (file_.types == nullptr) return std::nullopt;
        auto const section = file_.types->type(maps_[number].declared);
        auto const offset = kconfig_offset(*file_.types, section, of_.externs[one.index].type);
        if (!offset) return std::nullopt;
        std::int64_t const place = static_cast<std::int64_t>(*offset) + one.addend;
        if (place < 0 || place > 0x7fff'ffff) return std::nullopt;
        return map_place{number, static_cast<std::int32_t>(place)};
    }

    static constexpr void write(insn::instruction& low, insn::instruction& high, map_place const& at) noexcept {
        auto const kind = at.offset ? insn::pseudo_load::map_idx_value : insn::pseudo_load::map_idx;
        low.registers = insn::instruction::pack(low.dst(), static_cast<std::uint8_t>(kind));
        low.imm = static_cast<std::int32_t>(at.map);
        high.imm = at.offset.value_or(0);
    }

    image const& of_;
    typed_file const& file_;
    slice<map_definition const> maps_;
};

} // namespace bpfxx::object::detail
