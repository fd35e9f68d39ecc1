#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/ext.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/code_section.hpp>
#include <bpfxx/object/function.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/placement.hpp>
#include <bpfxx/object/relocation.hpp>
#include <bpfxx/span_of.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bpfxx::object {

/// How many elements a linked program has of each.
struct program_counts {
    std::uint32_t functions = 0;
    std::uint32_t instructions = 0;
    std::uint32_t patches = 0;
    std::uint32_t func_infos = 0;
    std::uint32_t line_infos = 0;
    std::uint32_t core_relocations = 0;

    friend constexpr bool operator==(program_counts const&, program_counts const&) noexcept = default;
};

/// A function of the object and where it stands in a linked program.
struct placed_function {
    std::uint32_t function = 0;
    std::uint32_t first = 0;

    friend constexpr bool operator==(placed_function const&, placed_function const&) noexcept = default;
};

/// Room for a linked program, of the sizes that `measure` says.
struct program_room {
    std::span<placed_function> functions{};
    std::span<insn::instruction> instructions{};
    std::span<patch> patches{};
    std::span<sys::info::func_info> func_infos{};
    std::span<sys::info::line_info> line_infos{};
    std::span<sys::info::core_relo> core_relocations{};
};

/// A program with the functions that it needs: only what `patches` and `core_relocations` name is still to be filled.
struct program_code {
    /// The program's own is the first.
    std::span<placed_function const> functions{};
    std::span<insn::instruction const> instructions{};
    /// In the order of functions, and of instructions in each.
    std::span<patch const> patches{};
    /// As the kernel takes them with the object's BTF; empty where a function has none.
    std::span<sys::info::func_info const> func_infos{};
    std::span<sys::info::line_info const> line_infos{};
    std::span<sys::info::core_relo const> core_relocations{};
};

/// The same as arrays, for a program whose size is known while compiling.
template <program_counts Sizes>
struct static_program_code {
    std::array<placed_function, Sizes.functions> functions{};
    std::array<insn::instruction, Sizes.instructions> instructions{};
    std::array<patch, Sizes.patches> patches{};
    std::array<sys::info::func_info, Sizes.func_infos> func_infos{};
    std::array<sys::info::line_info, Sizes.line_infos> line_infos{};
    std::array<sys::info::core_relo, Sizes.core_relocations> core_relocations{};

    [[nodiscard]] constexpr program_room room() noexcept {
        using bpfxx::detail::span_of;
        return {span_of(functions),  span_of(instructions), span_of(patches),
                span_of(func_infos), span_of(line_infos),   span_of(core_relocations)};
    }
    [[nodiscard]] constexpr program_code view() const noexcept {
        using bpfxx::detail::span_of;
        return {span_of(functions),  span_of(instructions), span_of(patches),
                span_of(func_infos), span_of(line_infos),   span_of(core_relocations)};
    }
};

namespace detail {

/// The records of a section that are about one function, in their order.
template <class Record, class Visit>
constexpr std::uint32_t each_record(btf::ext_records<Record> const& records, bool sorted, function const& of,
                                    Visit visit) noexcept {
    std::uint32_t const first = sorted ? records.first_from(of.first) : 0;
    std::uint32_t const end = sorted ? records.first_from(of.first + of.count) : records.size();
    std::uint32_t count = 0;
    for (std::uint32_t at = first; at != end; ++at) {
        if (!sorted && !of.contains(records.instruction(at))) continue;
        visit(at);
        ++count;
    }
    return count;
}

template <class Record>
constexpr std::uint32_t count_records(btf::ext_records<Record> const& records, bool sorted,
                                      function const& of) noexcept {
    if (!sorted) return each_record(records, sorted, of, [](std::uint32_t) {});
    return records.first_from(of.first + of.count) - records.first_from(of.first);
}

/// The relocations inside a function.
[[nodiscard]] constexpr std::span<code_relocation const> relocations_of(image const& in, function const& of) noexcept {
    auto const& section = in.code[of.code];
    auto const all = in.relocations.subspan(section.first_relocation, section.relocation_count);
    auto const up_to = [&](std::uint32_t instruction) {
        return first_not(all, [&](code_relocation const& one) { return one.instruction < instruction; });
    };
    std::size_t const first = up_to(of.first);
    return all.subspan(first, up_to(of.first + of.count) - first);
}

[[nodiscard]] constexpr bool leads_to_function(code_relocation const& one) noexcept {
    return one.kind == target_kind::call || one.kind == target_kind::function_address;
}

/// Finds the functions that a program needs, in the order in which the reference loader appends them: a function stands
/// behind everything that was there when it was first reached, and what it needs itself follows before its caller goes
/// on; what the program enters when it throws comes last. Its stack are the placements, so that no chain of calls is too deep.
class program_layout {
  public:
    constexpr program_layout(image const& in, std::span<placement> placements) noexcept
        : in_{in}, placements_{placements} {}

    constexpr malformed place(std::uint32_t main) noexcept {
        if (placements_.size() < in_.functions.size()) return reason::placements_too_few;
        append(main, main);
        for (std::uint32_t current = main;;) {
            std::uint32_t const callee = next_callee(current);
            if (total_ > most) return {reason::program_too_large, in_.functions[main].section, 0, name_of(main)};
            if (problem_.why != reason::none) return problem_;
            if (callee != nothing) {
                append(callee, current);
                current = callee;
            } else if (current != main) {
                current = placements_[current].caller;
            } else if (std::uint32_t const thrown = in_.functions[main].exception_callback; is_missing(thrown)) {
                append(thrown, main);
                current = thrown;
            } else {
                return {};
            }
        }
    }

    /// Goes over the functions in their order.
    template <class Visit>
    constexpr void each(Visit visit) const noexcept {
        for (std::uint32_t at = first_; at != nothing; at = placements_[at].next) visit(at);
    }

    /// Where a function starts.
    [[nodiscard]] constexpr std::uint32_t start_of(std::uint32_t function) const noexcept {
        return placements_[function].start;
    }

    /// Makes the placements ready for the next program.
    constexpr ~program_layout() noexcept {
        for (std::uint32_t at = first_; at != nothing;) {
            std::uint32_t const next = placements_[at].next;
            placements_[at] = {};
            at = next;
        }
    }
    program_layout(program_layout const&) = delete;
    program_layout& operator=(program_layout const&) = delete;

  private:
    static constexpr std::uint32_t nothing = placement::nothing;
    static constexpr std::uint64_t most = 1 << 24;

    [[nodiscard]] constexpr std::string_view name_of(std::uint32_t function) const noexcept {
        return in_.functions[function].name;
    }

    constexpr void append(std::uint32_t function, std::uint32_t caller) noexcept {
        placements_[function] = {.start = static_cast<std::uint32_t>(total_), .caller = caller};
        total_ += in_.functions[function].count;
        (first_ == nothing ? first_ : placements_[last_].next) = function;
        last_ = function;
    }

    [[nodiscard]] constexpr bool is_missing(std::uint32_t function) const noexcept {
        return function < in_.functions.size() && placements_[function].start == nothing;
    }

    // The next function that has no place yet.
    [[nodiscard]] constexpr std::uint32_t next_callee(std::uint32_t caller) noexcept {
        auto const all = relocations_of(in_, in_.functions[caller]);
        for (std::uint32_t& at = placements_[caller].done; at != all.size();) {
            auto const& one = all[at++];
            if (is_cut(one, in_.functions[caller])) {
                problem_ = {reason::relocation_place, one.section, std::uint64_t{one.instruction} * 8, name_of(caller)};
                return nothing;
            }
            if (leads_to_function(one) && is_missing(one.target)) return one.target;
        }
        return nothing;
    }

    // A load of 64 bits whose second slot lies behind its function.
    [[nodiscard]] constexpr bool is_cut(code_relocation const& one, function const& of) const noexcept {
        return one.instruction - of.first == of.count - 1 &&
               in_.code[of.code].instructions.is_wide_load(one.instruction);
    }

    image const& in_;
    std::span<placement> placements_;
    malformed problem_{};
    std::uint64_t total_ = 0;
    std::uint32_t first_ = nothing;
    std::uint32_t last_ = nothing;
};

/// Writes a program whose functions have their places.
class program_writer {
  public:
    constexpr program_writer(image const& in, program_layout const& layout, program_room const& room,
                             program_counts const& wanted) noexcept
        : in_{in}, layout_{layout}, room_{room}, wanted_{wanted} {}

    constexpr program_code write() noexcept {
        layout_.each([&](std::uint32_t function) { write_function(function); });
        return {room_.functions.first(found_.functions),   room_.instructions.first(found_.instructions),
                room_.patches.first(found_.patches),       room_.func_infos.first(found_.func_infos),
                room_.line_infos.first(found_.line_infos), room_.core_relocations.first(found_.core_relocations)};
    }

  private:
    constexpr void write_function(std::uint32_t number) noexcept {
        auto const& of = in_.functions[number];
        auto const& section = in_.code[of.code];
        std::uint32_t const start = layout_.start_of(number);
        room_.functions[found_.functions++] = {.function = number, .first = start};
        section.instructions.copy(of.first, room_.instructions.data() + start, of.count);
        found_.instructions += of.count;
        for (code_relocation const& one : relocations_of(in_, of)) relocate(one, start + one.instruction - of.first);

        auto const move = [&](auto const& records, bool sorted, auto room, std::uint32_t& count) {
            each_record(records, sorted, of, [&](std::uint32_t at) {
                auto record = records[at];
                record.insn_off = record.insn_off - of.first + start;
                room[count++] = record;
            });
        };
        auto const& debug = in_.from.debug;
        if (wanted_.func_infos != 0)
            move(section.functions, debug.functions().is_sorted(), room_.func_infos, found_.func_infos);
        if (wanted_.line_infos != 0)
            move(section.lines, debug.lines().is_sorted(), room_.line_infos, found_.line_infos);
        move(section.core, debug.core().is_sorted(), room_.core_relocations, found_.core_relocations);
    }

    constexpr void relocate(code_relocation const& one, std::uint32_t at) noexcept {
        if (!leads_to_function(one)) {
            room_.patches[found_.patches++] = {
                .instruction = at, .kind = one.kind, .index = one.target, .addend = one.addend};
            return;
        }
        auto& changed = room_.instructions[at];
        // Both are below 2^24.
        changed.imm = static_cast<std::int32_t>(layout_.start_of(one.target)) - static_cast<std::int32_t>(at) - 1;
        if (one.kind == target_kind::function_address)
            changed.registers =
                insn::instruction::pack(changed.dst(), static_cast<std::uint8_t>(insn::pseudo_load::func));
    }

    image const& in_;
    program_layout const& layout_;
    program_room const& room_;
    program_counts const& wanted_;
    program_counts found_{};
};

[[nodiscard]] constexpr program_counts count(image const& in, program_layout const& layout) noexcept {
    program_counts made;
    bool has_types = true;
    bool has_lines = true;
    auto const& debug = in.from.debug;
    layout.each([&](std::uint32_t number) {
        auto const& of = in.functions[number];
        auto const& section = in.code[of.code];
        ++made.functions;
        made.instructions += of.count;
        for (code_relocation const& one : relocations_of(in, of))
            if (!leads_to_function(one)) ++made.patches;
        std::uint32_t const types = count_records(section.functions, debug.functions().is_sorted(), of);
        std::uint32_t const lines = count_records(section.lines, debug.lines().is_sorted(), of);
        has_types = has_types && types != 0;
        has_lines = has_lines && lines != 0;
        made.func_infos += types;
        made.line_infos += lines;
        made.core_relocations += count_records(section.core, debug.core().is_sorted(), of);
    });
    // The kernel wants them of all functions or of none.
    if (!has_types) made.func_infos = 0;
    if (!has_lines) made.line_infos = 0;
    return made;
}

[[nodiscard]] constexpr bool has_room(program_room const& room, program_counts const& wanted) noexcept {
    return room.functions.size() >= wanted.functions && room.instructions.size() >= wanted.instructions &&
           room.patches.size() >= wanted.patches && room.func_infos.size() >= wanted.func_infos &&
           room.line_infos.size() >= wanted.line_infos && room.core_relocations.size() >= wanted.core_relocations;
}

} // namespace detail

/// How large a program is with the functions that it needs. The placements must be as `placement{}` each, and are so
/// again afterwards.
/// Costs: one walk over the relocations of these functions, no allocation
[[nodiscard]] constexpr parsed<program_counts> measure(image const& in, program const& of,
                                                       std::span<placement> placements) noexcept {
    if (of.function >= in.functions.size()) return malformed{reason::no_such_program, no_section, 0, of.name};
    detail::program_layout layout{in, placements};
    malformed const problem = layout.place(of.function);
    if (problem.why != reason::none) return problem;
    return detail::count(in, layout);
}

/// Puts a program together: its function, then those that it calls or takes the address of, in the order of the
/// reference loader, with their calls and addresses resolved and everything that is known about them moved along.
/// Costs: a copy of the instructions and their records, no allocation
[[nodiscard]] constexpr parsed<program_code> link(image const& in, program const& of, std::span<placement> placements,
                                                  program_room const& room) noexcept {
    if (of.function >= in.functions.size()) return malformed{reason::no_such_program, no_section, 0, of.name};
    detail::program_layout layout{in, placements};
    malformed const problem = layout.place(of.function);
    if (problem.why != reason::none) return problem;
    program_counts const wanted = detail::count(in, layout);
    if (!detail::has_room(room, wanted)) return malformed{reason::storage_too_small};
    return detail::program_writer{in, layout, room, wanted}.write();
}

} // namespace bpfxx::object
