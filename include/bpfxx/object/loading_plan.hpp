#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes_in_constants.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/plan_of.hpp>
#include <bpfxx/object/program_code.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::object::detail {

/// The part of a plan that lies in the object's file, copied: names, and what sections start with.
template <std::size_t Maps, std::size_t Programs>
struct copied_tables {
    std::string_view name{};
    std::string_view license{};
    std::array<map_definition, Maps> maps{};
    std::array<planned_program, Programs> programs{};

    constexpr explicit copied_tables(plan const& from) noexcept : name{from.name}, license{from.license} {
        for (std::size_t at = 0; at != Maps; ++at) maps[at] = from.maps[at];
        for (std::size_t at = 0; at != Programs; ++at) programs[at] = from.programs[at];
    }

    template <class Visit>
    constexpr void each_text(Visit visit) noexcept {
        visit(name);
        visit(license);
        for (map_definition& map : maps) {
            visit(map.name);
            visit(map.contents);
        }
        for (planned_program& program : programs) {
            visit(program.name);
            std::string_view const before = program.section_text;
            visit(program.section_text);
            if (program.section) move_along(before, program.section_text, *program.section);
        }
    }

    [[nodiscard]] constexpr std::size_t text_size() noexcept {
        std::size_t sum = 0;
        each_text([&](std::string_view text) { sum += text.size(); });
        return sum;
    }

  private:
    /// What was parsed from the text lies in it.
    static constexpr void move_along(std::string_view before, std::string_view after, section_name& section) noexcept {
        auto const moved = [&](std::string_view part) {
            return after.substr(static_cast<std::size_t>(part.data() - before.data()), part.size());
        };
        section.text = moved(section.text);
        if (section.target) section.target = moved(*section.target);
    }
};

/// The code of all programs, one behind the other, as far as the kernel is given it.
template <std::size_t Instructions, std::size_t Functions, std::size_t Lines>
struct copied_code {
    std::array<insn::instruction, Instructions> instructions{};
    std::array<sys::info::func_info, Functions> func_infos{};
    std::array<sys::info::line_info, Lines> line_infos{};

    constexpr explicit copied_code(plan const& from) noexcept {
        program_counts taken;
        for (planned_program const& program : from.programs) {
            copy(program.code.instructions, instructions, taken.instructions);
            copy(program.code.func_infos, func_infos, taken.func_infos);
            copy(program.code.line_infos, line_infos, taken.line_infos);
        }
    }

    constexpr void hand_out(slice<planned_program> programs) const noexcept {
        program_counts taken;
        for (planned_program& program : programs)
            program.code = {.instructions = next(instructions, program.code.instructions, taken.instructions),
                            .func_infos = next(func_infos, program.code.func_infos, taken.func_infos),
                            .line_infos = next(line_infos, program.code.line_infos, taken.line_infos)};
    }

  private:
    template <class T, std::size_t Count>
    static constexpr void copy(slice<T const> from, std::array<T, Count>& to, std::uint32_t& taken) noexcept {
        T* next = to.data() + taken;
        for (T const& one : from) *next++ = one;
        taken += static_cast<std::uint32_t>(from.size());
    }
    template <class T, std::size_t Count>
    static constexpr slice<T const> next(std::array<T, Count> const& all, slice<T const> like,
                                         std::uint32_t& taken) noexcept {
        auto const part = bpfxx::detail::slice_of(all).subspan(taken, like.size());
        taken += static_cast<std::uint32_t>(like.size());
        return part;
    }
};

[[nodiscard]] constexpr program_counts code_of_all(plan const& of) noexcept {
    program_counts sum;
    for (planned_program const& program : of.programs) sum = operator+(sum, counts_of(program.code));
    return sum;
}

/// What loading and attaching look at when the program runs. Where nothing asks for the object's types, and there is
/// little else, that is a copy which does not point into the file: then the file is no part of the program.
template <auto const& Bytes>
class loading_plan {
    static constexpr plan const& whole = embedded<Bytes>::plan;

  public:
    /// What the object has; to look for it takes the compiler a while.
    static constexpr parts has = parts::of(whole);

  private:
    using tables = copied_tables<whole.maps.size(), whole.programs.size()>;

    /// Characters, instructions and lines: to copy each of them is work for the compiler.
    static constexpr std::size_t most_copied = 4096;
    static constexpr std::size_t size = tables{whole}.text_size();
    static constexpr program_counts code = code_of_all(whole);
    static constexpr bool is_copied = !has.relocations && !has.externs && !has.structs && size <= most_copied &&
                                      code.instructions <= most_copied && code.line_infos <= most_copied;

    struct characters {
        char text[(is_copied ? size : 0) + 1]{};
    };
    static constexpr characters texts = [] {
        characters filled_here;
        std::size_t next = 0;
        if constexpr (is_copied)
            tables{whole}.each_text([&](std::string_view text) {
                bpfxx::detail::copy_bytes(filled_here.text + next, text.data(), text.size());
                next += text.size();
            });
        return filled_here;
    }();
    static constexpr auto codes = [] {
        if constexpr (is_copied)
            return copied_code<code.instructions, code.func_infos, code.line_infos>{whole};
        else
            return 0;
    }();
    static constexpr tables copied = [] {
        tables filled_here{whole};
        std::size_t next = 0;
        if constexpr (is_copied) {
            filled_here.each_text([&](std::string_view& text) {
                text = {texts.text + next, text.size()};
                next += text.size();
            });
            codes.hand_out(bpfxx::detail::slice_of(filled_here.programs));
        }
        return filled_here;
    }();
    static constexpr plan made = [] {
        plan filled_here = whole;
        filled_here.name = copied.name;
        filled_here.license = copied.license;
        filled_here.maps = bpfxx::detail::slice_of(copied.maps);
        filled_here.programs = bpfxx::detail::slice_of(copied.programs);
        filled_here.variables = {};
        filled_here.types = nullptr;
        return filled_here;
    }();

  public:
    static constexpr plan const& of_bytes = is_copied ? made : whole;
};

} // namespace bpfxx::object::detail
