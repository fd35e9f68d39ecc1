#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/plan_of.hpp>
#include <bpfxx/object/read.hpp>
#include <bpfxx/object/room.hpp>
#include <bpfxx/object/source.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx::object {

/// An object that is only known at run time, read into memory of its own. It stays where it is, since its plan points
/// into it; the file's bytes must outlive it.
class opened {
  public:
    opened() noexcept = default;
    opened(opened const&) = delete;
    opened& operator=(opened const&) = delete;

    /// Reads an object, once; what `plan` gives is empty before.
    /// Errors: `step::read_object` with what is wrong; `step::allocate`
    /// Costs: two allocations, as long as this lives
    [[nodiscard]] loading<void> read(std::span<std::byte const> bytes, std::string_view name) noexcept {
        malformed problem = read_image(bytes);
        if (problem.why == reason::none) problem = read_plan(name);
        if (problem.why != reason::none) return failed(problem);
        return outcome::success();
    }

    [[nodiscard]] object::plan const& plan() const noexcept { return plan_; }
    [[nodiscard]] object::image const& image() const noexcept { return image_; }
    /// Null where the object has none.
    [[nodiscard]] btf::indexed_view const* types() const noexcept { return types_ ? &*types_ : nullptr; }

  private:
    /// Stands for a failed allocation between the two halves.
    static constexpr reason no_memory = reason::storage_too_small;

    [[nodiscard]] static object_error failed(malformed problem) noexcept {
        object_error made{.during = step::read_object};
        if (problem.why == no_memory) {
            made.during = step::allocate;
            made.failure = {errc::enomem, command::map_memory};
            return made;
        }
        made.name << problem.name;
        made.problem = problem;
        made.problem.name = {};
        return made;
    }

    malformed read_image(std::span<std::byte const> bytes) noexcept {
        auto const source = object::open(bytes);
        if (!source) return source.error();
        counts const sizes = measure(*source);
        auto const roles = tables_.want<section_role>(sizes.sections);
        auto const code = tables_.want<code_section>(sizes.code);
        auto const functions = tables_.want<function>(sizes.functions);
        auto const programs = tables_.want<program>(sizes.programs);
        auto const variables = tables_.want<variable>(sizes.variables);
        auto const externs = tables_.want<extern_symbol>(sizes.externs);
        auto const relocations = tables_.want<code_relocation>(sizes.relocations);
        auto const types = tables_.want<std::uint32_t>(sizes.types);
        auto const placements = tables_.want<placement>(sizes.functions);
        if (!tables_.allocate()) return no_memory;
        auto const image = object::read(
            *source, {tables_.span(roles), tables_.span(code), tables_.span(functions), tables_.span(programs),
                      tables_.span(variables), tables_.span(externs), tables_.span(relocations), tables_.span(types)});
        if (!image) return image.error();
        image_ = *image;
        placements_ = tables_.span(placements);
        types_ = image_.from.types.adopt(image_.type_index);
        return {};
    }

    malformed read_plan(std::string_view name) noexcept {
        auto const sizes = measure_plan(image_, types(), placements_);
        if (!sizes) return sizes.error();
        auto const maps = rest_.want<map_definition>(sizes->maps);
        auto const values = rest_.want<initial_value>(sizes->values);
        auto const programs = rest_.want<planned_program>(sizes->programs);
        auto const counts = rest_.want<program_counts>(sizes->programs);
        auto const functions = rest_.want<placed_function>(sizes->code.functions);
        auto const instructions = rest_.want<insn::instruction>(sizes->code.instructions);
        auto const patches = rest_.want<patch>(sizes->code.patches);
        auto const func_infos = rest_.want<sys::info::func_info>(sizes->code.func_infos);
        auto const line_infos = rest_.want<sys::info::line_info>(sizes->code.line_infos);
        auto const core = rest_.want<sys::info::core_relo>(sizes->code.core_relocations);
        auto const types = rest_.want<char>(sizes->kernel_types);
        if (!rest_.allocate()) return no_memory;
        program_room const code{rest_.span(functions),  rest_.span(instructions), rest_.span(patches),
                                rest_.span(func_infos), rest_.span(line_infos),   rest_.span(core)};
        auto const made = make_plan(image_, name, this->types(),
                                    {rest_.span(maps), rest_.span(values), rest_.span(programs), rest_.span(counts),
                                     code, placements_, rest_.span(types)});
        if (!made) return made.error();
        plan_ = *made;
        return {};
    }

    room tables_{};
    room rest_{};
    slice<placement> placements_{};
    object::image image_{};
    std::optional<btf::indexed_view> types_{};
    object::plan plan_{};
};

} // namespace bpfxx::object
