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
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

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
    slice<placed_function> functions{};
    slice<insn::instruction> instructions{};
    slice<patch> patches{};
    slice<sys::info::func_info> func_infos{};
    slice<sys::info::line_info> line_infos{};
    slice<sys::info::core_relo> core_relocations{};
};

/// A program with the functions that it needs: only what `patches` and `core_relocations` name is still to be filled.
struct program_code {
    /// The program's own is the first.
    slice<placed_function const> functions{};
    slice<insn::instruction const> instructions{};
    /// In the order of functions, and of instructions in each.
    slice<patch const> patches{};
    /// As the kernel takes them with the object's BTF; empty where a function has none.
    slice<sys::info::func_info const> func_infos{};
    slice<sys::info::line_info const> line_infos{};
    slice<sys::info::core_relo const> core_relocations{};
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
        using bpfxx::detail::slice_of;
        return {slice_of(functions),  slice_of(instructions), slice_of(patches),
                slice_of(func_infos), slice_of(line_infos),   slice_of(core_relocations)};
    }
    [[nodiscard]] constexpr program_code view() const noexcept {
        using bpfxx::detail::slice_of;
        return {slice_of(functions),  slice_of(instructions), slice_of(patches),
                slice_of(func_infos), slice_of(line_infos),   slice_of(core_relocations)};
    }
};

namespace detail {

/// The records of a section that are about one function, where they are in order: from one number up to another.
struct record_range {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
};

template <class Record>
[[nodiscard]] constexpr record_range records_of(btf::ext_records<Record> const& records, function const& of) noexcept {
    return {records.first_from(of.first), records.first_from(of.first + of.count)};
}

template <class Record>
[[nodiscard]] constexpr std::uint32_t count_records(btf::ext_records<Record> const& records, bool sorted,
                                                    function const& of) noexcept {
    if (sorted) {
        auto const range = records_of(records, of);
        return range.end - range.first;
    }
    std::uint32_t count = 0;
    for (std::uint32_t at = 0; at != records.size(); ++at) count += of.contains(records.instruction(at)) ? 1 : 0;
    return count;
}

/// The relocations inside a function.
[[nodiscard]] constexpr slice<code_relocation const> relocations_of(image const& in, function const& of) noexcept {
    auto const& section = in.code[of.code];
    auto const all = in.relocations.subspan(section.first_relocation, section.relocation_count);
    if (of.first == 0 && of.count == section.instructions.size()) return all;
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
    constexpr program_layout(image const& in, slice<placement> placements) noexcept
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
    slice<placement> placements_;
    malformed problem_{};
    std::uint64_t total_ = 0;
    std::uint32_t first_ = nothing;
    std::uint32_t last_ = nothing;
};

/// What was written of one kind of record.
struct records_written {
    std::uint32_t count = 0;
    bool of_all = true;
    bool fits = true;
};

/// Writes the records that are about a function, which now starts elsewhere, in their order.
template <class Record>
constexpr void move_records(btf::ext_records<Record> const& records, bool sorted, function const& of,
                            std::uint32_t start, slice<Record> room, records_written& done) noexcept {
    auto const range = sorted ? records_of(records, of) : record_range{0, records.size()};
    std::uint32_t const more = sorted ? range.end - range.first : count_records(records, sorted, of);
    done.of_all = done.of_all && more != 0;
    done.fits = done.fits && more <= room.size() - done.count;
    if (!done.fits) return;                         // which is no matter where another function has none
    std::uint32_t const further = start - of.first; // or less far: unsigned numbers wrap
    Record* to = room.data() + done.count;
    if (sorted) records.copy(range.first, range.end, further, to);
    for (std::uint32_t at = 0; !sorted && at != range.end; ++at)
        if (of.contains(records.instruction(at))) records.copy(at, at + 1, further, to++);
    done.count += more;
}

/// Writes a program whose functions have their places.
class program_writer {
  public:
    constexpr program_writer(image const& in, program_layout const& layout, program_room const& room) noexcept
        : in_{in}, layout_{layout}, room_{room} {}

    constexpr parsed<program_code> write() noexcept {
        layout_.each([&](std::uint32_t function) { write_function(function); });
        // The kernel wants types and lines of all functions or of none.
        if (!types_.of_all) types_ = {};
        if (!lines_.of_all) lines_ = {};
        if (!fits_ || !types_.fits || !lines_.fits || !core_.fits) return malformed{reason::storage_too_small};
        return program_code{room_.functions.first(functions_),    room_.instructions.first(instructions_),
                            room_.patches.first(patches_),        room_.func_infos.first(types_.count),
                            room_.line_infos.first(lines_.count), room_.core_relocations.first(core_.count)};
    }

  private:
    constexpr void write_function(std::uint32_t number) noexcept {
        auto const& of = in_.functions[number];
        auto const& section = in_.code[of.code];
        std::uint32_t const start = layout_.start_of(number);
        fits_ = fits_ && functions_ != room_.functions.size() && of.count <= room_.instructions.size() - start;
        if (!fits_) return;
        room_.functions[functions_++] = {.function = number, .first = start};
        section.instructions.copy(of.first, room_.instructions.data() + start, of.count);
        instructions_ += of.count;
        for (code_relocation const& one : relocations_of(in_, of)) relocate(one, start + one.instruction - of.first);

        auto const& debug = in_.from.debug;
        move_records(section.functions, debug.functions().is_sorted(), of, start, room_.func_infos, types_);
        move_records(section.lines, debug.lines().is_sorted(), of, start, room_.line_infos, lines_);
        move_records(section.core, debug.core().is_sorted(), of, start, room_.core_relocations, core_);
    }

    constexpr void relocate(code_relocation const& one, std::uint32_t at) noexcept {
        if (!leads_to_function(one)) {
            fits_ = fits_ && patches_ != room_.patches.size();
            if (fits_)
                room_.patches[patches_++] = {
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
    std::uint32_t functions_ = 0;
    std::uint32_t instructions_ = 0;
    std::uint32_t patches_ = 0;
    records_written types_{};
    records_written lines_{};
    records_written core_{};
    bool fits_ = true;
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

} // namespace detail

/// How large a program is with the functions that it needs. The placements must be as `placement{}` each, and are so
/// again afterwards.
/// Costs: one walk over the relocations of these functions, no allocation
[[nodiscard]] constexpr parsed<program_counts> measure(image const& in, program const& of,
                                                       slice<placement> placements) noexcept {
    if (of.function >= in.functions.size()) return malformed{reason::no_such_program, no_section, 0, of.name};
    detail::program_layout layout{in, placements};
    malformed const problem = layout.place(of.function);
    if (problem.why != reason::none) return problem;
    return detail::count(in, layout);
}

/// Puts a program together: its function, then those that it calls or takes the address of, in the order of the
/// reference loader, with their calls and addresses resolved and everything that is known about them moved along.
/// Costs: a copy of the instructions and their records, no allocation
[[nodiscard]] constexpr parsed<program_code> link(image const& in, program const& of, slice<placement> placements,
                                                  program_room const& room) noexcept {
    if (of.function >= in.functions.size()) return malformed{reason::no_such_program, no_section, 0, of.name};
    detail::program_layout layout{in, placements};
    malformed const problem = layout.place(of.function);
    if (problem.why != reason::none) return problem;
    return detail::program_writer{in, layout, room}.write();
}

} // namespace bpfxx::object
