#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/elf/section.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/initial_values.hpp>
#include <bpfxx/object/kernel_types.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/map_places.hpp>
#include <bpfxx/object/maps.hpp>
#include <bpfxx/object/placement.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/program_code.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/object/typed_file.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object {

/// How many elements the tables of a plan need at most; instructions and what belongs to them are of all programs
/// together.
struct plan_counts {
    std::uint32_t maps = 0;
    std::uint32_t values = 0;
    std::uint32_t programs = 0;
    std::uint32_t placements = 0;
    program_counts code{};
    /// Bytes of BTF.
    std::uint32_t kernel_types = 0;

    friend constexpr bool operator==(plan_counts const&, plan_counts const&) noexcept = default;
};

/// Room for a plan, of the sizes that `measure_plan` says.
struct plan_room {
    slice<map_definition> maps{};
    slice<initial_value> values{};
    slice<planned_program> programs{};
    /// For each program, how much of `code` is its own.
    slice<program_counts> sizes{};
    program_room code{};
    /// Needed only while the plan is made.
    slice<placement> placements{};
    /// Empty where the BTF for the kernel is not to be written.
    std::span<char> kernel_types{};
};

namespace detail {

[[nodiscard]] constexpr program_counts operator+(program_counts left, program_counts const& right) noexcept {
    left.functions += right.functions;
    left.instructions += right.instructions;
    left.patches += right.patches;
    left.func_infos += right.func_infos;
    left.line_infos += right.line_infos;
    left.core_relocations += right.core_relocations;
    return left;
}

/// The room behind what programs before have taken.
[[nodiscard]] constexpr program_room behind(program_room const& room, program_counts const& taken) noexcept {
    return {room.functions.subspan(taken.functions),   room.instructions.subspan(taken.instructions),
            room.patches.subspan(taken.patches),       room.func_infos.subspan(taken.func_infos),
            room.line_infos.subspan(taken.line_infos), room.core_relocations.subspan(taken.core_relocations)};
}

/// The counts of a linked program, as far as it takes room.
[[nodiscard]] constexpr program_counts counts_of(program_code const& code) noexcept {
    auto const number = [](std::size_t size) { return static_cast<std::uint32_t>(size); };
    return {number(code.functions.size()),  number(code.instructions.size()), number(code.patches.size()),
            number(code.func_infos.size()), number(code.line_infos.size()),   number(code.core_relocations.size())};
}

/// Gives each program its part of all code.
constexpr void hand_out(slice<planned_program> programs, slice<program_counts const> sizes,
                        program_code const& all) noexcept {
    program_counts taken;
    for (std::size_t at = 0; at != programs.size(); ++at) {
        program_counts const& size = sizes[at];
        programs[at].code = {all.functions.subspan(taken.functions, size.functions),
                             all.instructions.subspan(taken.instructions, size.instructions),
                             all.patches.subspan(taken.patches, size.patches),
                             all.func_infos.subspan(taken.func_infos, size.func_infos),
                             all.line_infos.subspan(taken.line_infos, size.line_infos),
                             all.core_relocations.subspan(taken.core_relocations, size.core_relocations)};
        taken = taken + size;
    }
}

[[nodiscard]] constexpr typed_file typed_file_of(image const& of, btf::indexed_view const* types) noexcept {
    return {of.from.file, of.from.symbols, of.from.has_types() ? types : nullptr};
}

/// The relocations that could be initial values: of sections with definitions of maps.
[[nodiscard]] constexpr std::uint32_t most_initial_values(elf::view const& file) noexcept {
    std::size_t count = 0;
    for (auto const section : file.sections()) {
        bool const has_any = section.type() == elf::section_type::rel || section.type() == elf::section_type::rela;
        if (!has_any) continue;
        auto const origin = origin_of(file.section(section.info()));
        if (origin == map_origin::definition || origin == map_origin::struct_ops)
            count += section.contents().size() / elf::wire::rel_size;
    }
    return static_cast<std::uint32_t>(count);
}

/// True where the programs may have code in common: functions that they call, or two names for one place.
[[nodiscard]] constexpr bool shares_code(image const& of) noexcept {
    for (code_relocation const& one : of.relocations)
        if (leads_to_function(one)) return true;
    std::uint32_t section = 0, end = 0;
    for (function const& one : of.functions) {
        if (one.exception_callback < of.functions.size() || (one.section == section && one.first < end)) return true;
        section = one.section;
        end = one.first + one.count;
    }
    return false;
}

/// What programs need at most that share none: all there is.
[[nodiscard]] constexpr program_counts all_code_of(image const& of) noexcept {
    program_counts made{.functions = static_cast<std::uint32_t>(of.programs.size()),
                        .patches = static_cast<std::uint32_t>(of.relocations.size()),
                        .func_infos = of.from.debug.functions().size(),
                        .line_infos = of.from.debug.lines().size(),
                        .core_relocations = of.from.debug.core().size()};
    for (program const& one : of.programs) made.instructions += of.functions[one.function].count;
    return made;
}

/// Fills the tables of a plan; the programs are without their code, which `hand_out` gives them where it lies for good.
class plan_writer {
  public:
    constexpr plan_writer(image const& of, btf::indexed_view const* types, plan_room const& room) noexcept
        : of_{of}, file_{typed_file_of(of, types)}, room_{room} {}

    constexpr parsed<plan_counts> write() noexcept {
        malformed problem = of_.from.loadable();
        if (problem.why == reason::none) problem = write_maps();
        if (problem.why == reason::none) problem = write_programs();
        if (problem.why == reason::none) problem = write_types();
        if (problem.why != reason::none) return problem;
        return found_;
    }

  private:
    constexpr malformed write_maps() noexcept {
        auto const maps = read_maps(file_, room_.maps);
        if (!maps) return maps.error();
        found_.maps = *maps;
        auto const values = read_initial_values(file_, room_.maps.first(*maps), room_.values);
        if (!values) return values.error();
        found_.values = *values;
        return {};
    }

    constexpr malformed write_programs() noexcept {
        if (room_.programs.size() < of_.programs.size() || room_.sizes.size() < of_.programs.size())
            return reason::storage_too_small;
        map_places const places{of_, file_, room_.maps.first(found_.maps)};
        for (program const& each : of_.programs) {
            program_room const room = behind(room_.code, found_.code);
            auto const code = link(of_, each, room_.placements, room);
            if (!code) return code.error();
            auto const kept = places.fill(room.instructions.first(code->instructions.size()),
                                          room.patches.first(code->patches.size()), each.name);
            if (!kept) return kept.error();
            program_counts size = counts_of(*code);
            size.patches = *kept;
            room_.sizes[found_.programs] = size;
            room_.programs[found_.programs++] = planned(each);
            found_.code = found_.code + size;
        }
        return {};
    }

    [[nodiscard]] constexpr planned_program planned(program const& from) const noexcept {
        function const& main = of_.functions[from.function];
        return {.name = from.name,
                .section_text = from.section,
                .section = parse_section_name(from.section),
                .section_number = main.section,
                .first_instruction = main.first};
    }

    constexpr malformed write_types() noexcept {
        if (file_.types == nullptr || room_.kernel_types.empty()) return {};
        auto const size = write_kernel_types(file_, {}, room_.kernel_types);
        if (!size) return size.error();
        found_.kernel_types = *size;
        return {};
    }

    image const& of_;
    typed_file file_;
    plan_room const& room_;
    plan_counts found_{};
};

[[nodiscard]] constexpr plan plan_from(image const& of, std::string_view name,
                                       btf::indexed_view const* types) noexcept {
    return {.name = name,
            .license = of.license(),
            .version = of.version(),
            .variables = of.variables,
            .externs = of.externs,
            .types = of.from.has_types() ? types : nullptr,
            .has_jump_tables = of.has_role(section_role::jump_tables)};
}

} // namespace detail

/// How much room the plan of an object needs at most: the fourth step behind open, measure and read. There must be as
/// many placements as functions in the image, each as `placement{}`.
/// Costs: one walk over the relocations for each program, no allocation
[[nodiscard]] constexpr parsed<plan_counts> measure_plan(image const& of, btf::indexed_view const* types,
                                                         slice<placement> placements) noexcept {
    auto const maps = count_maps(detail::typed_file_of(of, types));
    if (!maps) return maps.error();
    plan_counts made{.maps = *maps, .programs = static_cast<std::uint32_t>(of.programs.size())};
    made.placements = static_cast<std::uint32_t>(of.functions.size());
    made.values = detail::most_initial_values(of.from.file);
    if (!detail::shares_code(of)) made.code = detail::all_code_of(of);
    if (of.from.has_types()) made.kernel_types = static_cast<std::uint32_t>(kernel_types_size(of.from.types));
    if (made.code.functions != 0) return made;
    for (program const& each : of.programs) {
        auto const size = measure(of, each, placements);
        if (!size) return size.error();
        made.code = detail::operator+(made.code, *size);
    }
    return made;
}

/// Fills room that is at least as large as `measure_plan` says, but for each program's `code`, and says how much of it
/// was needed. `types` are the image's, indexed; null where it has none.
/// Errors: those of maps, initial values, linking and `write_kernel_types`; other_byte_order
/// Costs: a copy of the instructions and of the BTF, no allocation
[[nodiscard]] constexpr parsed<plan_counts> fill_plan(image const& of, btf::indexed_view const* types,
                                                      plan_room const& room) noexcept {
    return detail::plan_writer{of, types, room}.write();
}

/// Everything about an object that is known without a kernel. The image's tables and bytes, its types and the room must
/// outlive it.
/// Errors: those of `fill_plan`
[[nodiscard]] constexpr parsed<plan> make_plan(image const& of, std::string_view name, btf::indexed_view const* types,
                                               plan_room const& room) noexcept {
    auto const found = fill_plan(of, types, room);
    if (!found) return found.error();
    program_code const all{room.code.functions,  room.code.instructions, room.code.patches,
                           room.code.func_infos, room.code.line_infos,   room.code.core_relocations};
    auto const programs = room.programs.first(found->programs);
    detail::hand_out(programs, room.sizes, all);
    plan made = detail::plan_from(of, name, types);
    made.maps = room.maps.first(found->maps);
    made.values = room.values.first(found->values);
    made.programs = programs;
    made.kernel_types = room.kernel_types.first(found->kernel_types);
    return made;
}

/// The same as arrays, for an object that is known while compiling: filled in one constant, named by others.
///
///     static constexpr auto storage = [] {
///         static_plan_storage<sizes> made;
///         made.fill(image, &types);
///         return made;
///     }();
///     static constexpr auto programs = storage.programs_with_code();
///     static constexpr plan all = storage.view(image, "name", &types, programs);
template <plan_counts Sizes>
struct static_plan_storage {
    std::array<map_definition, Sizes.maps> maps{};
    std::array<initial_value, Sizes.values> values{};
    std::array<planned_program, Sizes.programs> programs{};
    std::array<program_counts, Sizes.programs> sizes{};
    static_program_code<Sizes.code> code{};
    std::array<char, Sizes.kernel_types> kernel_types{};
    /// What `fill` found of each.
    plan_counts found{};

    constexpr void fill(image const& of, btf::indexed_view const* types) noexcept {
        std::array<placement, Sizes.placements> placements{};
        using bpfxx::detail::slice_of;
        found = require(fill_plan(of, types,
                                  {slice_of(maps), slice_of(values), slice_of(programs), slice_of(sizes), code.room(),
                                   slice_of(placements), slice_of(kernel_types).span()}));
    }

    /// The programs with spans that point into this.
    [[nodiscard]] constexpr std::array<planned_program, Sizes.programs> programs_with_code() const& noexcept {
        auto made = programs;
        detail::hand_out(bpfxx::detail::slice_of(made), bpfxx::detail::slice_of(sizes), code.view());
        return made;
    }
    void programs_with_code() const&& = delete; // keep the storage in a variable: the programs point into it

    /// The plan, with the programs from `programs_with_code`.
    [[nodiscard]] constexpr plan view(image const& of, std::string_view name, btf::indexed_view const* types,
                                      slice<planned_program const> with) const& noexcept {
        plan made = detail::plan_from(of, name, types);
        made.maps = bpfxx::detail::slice_of(maps, found.maps);
        made.values = bpfxx::detail::slice_of(values, found.values);
        made.programs = with;
        made.kernel_types = bpfxx::detail::slice_of(kernel_types, found.kernel_types).span();
        return made;
    }
    void view(image const&, std::string_view, btf::indexed_view const*,
              slice<planned_program const>) const&& = delete; // keep the storage in a variable: the plan points into it
};

} // namespace bpfxx::object
