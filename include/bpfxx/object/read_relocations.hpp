#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/relocation.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/code_section.hpp>
#include <bpfxx/object/function.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/relocation.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/source.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace bpfxx::object::detail {

/// How instructions are relocated: loads of 64 bits by the first, calls by the second.
/// UAPI: R_BPF_64_64, R_BPF_64_32
enum class relocation_type : std::uint32_t { load = 1, call = 10 };

/// Finds out what one instruction depends on.
class relocation_target {
  public:
    constexpr relocation_target(image const& known, elf::symbol_table const& symbols) noexcept
        : known_{known}, symbols_{symbols} {}

    [[nodiscard]] constexpr parsed<code_relocation> of(elf::relocation const& one,
                                                       code_section const& in) const noexcept {
        auto const index = static_cast<std::uint32_t>(one.offset / 8);
        auto const problem = [&](reason why) { return malformed{why, in.section, one.offset, name_of(one)}; };
        if (one.offset % 8 != 0 || index >= in.instructions.size()) return problem(reason::relocation_place);
        bool const is_call = in.instructions.is_call(index);
        if (!is_call && !in.instructions.is_wide_load(index)) return problem(reason::relocated_load);
        bool const fits = one.type == static_cast<std::uint32_t>(relocation_type::call) ||
                          one.type == static_cast<std::uint32_t>(relocation_type::load);
        if (!fits || one.addend) return problem(reason::relocation_type);

        code_relocation made{.section = in.section, .instruction = index};
        auto const symbol = symbols_[one.symbol];
        reason why = reason::none;
        if (!symbol.is_defined())
            why = to_extern(symbol, is_call, in, made);
        else if (is_call)
            why = to_function(symbol, in, made);
        else
            why = to_address(symbol, in, made);
        if (why != reason::none) return problem(why);
        return made;
    }

    /// A call that the compiler resolved itself, as both are in one section.
    [[nodiscard]] constexpr parsed<code_relocation> of_call(std::uint32_t index,
                                                            code_section const& in) const noexcept {
        std::int64_t const to = std::int64_t{index} + in.instructions.imm(index) + 1;
        auto const found = starts_at(in.section, to);
        if (!found) return malformed{reason::no_such_function, in.section, std::uint64_t{index} * 8};
        return code_relocation{
            .section = in.section, .instruction = index, .kind = target_kind::call, .target = *found};
    }

  private:
    [[nodiscard]] constexpr std::string_view name_of(elf::relocation const& one) const noexcept {
        return symbols_[one.symbol].name();
    }

    [[nodiscard]] constexpr reason to_extern(elf::symbol const& symbol, bool is_call, code_section const& in,
                                             code_relocation& made) const noexcept {
        auto const found = known_.find_extern(symbol.name());
        if (!found) return reason::no_such_extern;
        auto const& one = known_.externs[*found];
        if (one.from == extern_source::unknown) return reason::extern_without_type;
        bool const is_function = one.from == extern_source::kfunc;
        if (is_call && !is_function) return reason::extern_as_other;
        made.kind = is_function ? target_kind::extern_function : target_kind::extern_variable;
        made.target = *found;
        made.addend = is_call ? 0 : in.instructions.imm(made.instruction);
        return reason::none;
    }

    // The distance from the symbol is in the instruction: in instructions, less one, for a call.
    [[nodiscard]] constexpr reason to_function(elf::symbol const& symbol, code_section const& in,
                                               code_relocation& made) const noexcept {
        auto const section = symbol.section();
        bool const is_code = section && known_.role(*section) == section_role::code;
        if (!is_code || !in.instructions.is_call_of_subprogram(made.instruction)) return reason::relocated_call;
        if (symbol.value() % 8 != 0 || symbol.value() / 8 > farthest) return reason::no_such_function;
        auto const start = static_cast<std::int64_t>(symbol.value() / 8);
        auto const found = starts_at(*section, start + in.instructions.imm(made.instruction) + 1);
        if (!found) return reason::no_such_function;
        made.kind = target_kind::call;
        made.target = *found;
        return reason::none;
    }

    // The distance is in bytes for everything else.
    [[nodiscard]] constexpr reason to_address(elf::symbol const& symbol, code_section const& in,
                                              code_relocation& made) const noexcept {
        auto const section = symbol.section();
        if (!section) return reason::relocation_symbol;
        if (symbol.value() > farthest) return reason::addend_too_large;
        std::int64_t const place = static_cast<std::int64_t>(symbol.value()) + in.instructions.imm(made.instruction);
        auto const role = known_.role(*section);
        if (role == section_role::other) return reason::relocation_symbol;
        if (role == section_role::code) {
            auto const found = place % 8 == 0 ? starts_at(*section, place / 8) : std::nullopt;
            if (!found) return reason::no_such_function;
            made.kind = target_kind::function_address;
            made.target = *found;
            return reason::none;
        }
        using limits = std::numeric_limits<std::int32_t>;
        if (place < limits::min() || place > limits::max()) return reason::addend_too_large;
        made.kind = kind_of_place(role);
        made.target = *section;
        made.addend = static_cast<std::int32_t>(place);
        return reason::none;
    }

    [[nodiscard]] static constexpr target_kind kind_of_place(section_role role) noexcept {
        if (role == section_role::maps) return target_kind::map;
        return role == section_role::data ? target_kind::map_value : target_kind::jump_table;
    }

    [[nodiscard]] constexpr std::optional<std::uint32_t> starts_at(std::uint32_t section,
                                                                   std::int64_t place) const noexcept {
        if (place < 0 || place > farthest) return std::nullopt;
        auto const instruction = static_cast<std::uint32_t>(place);
        auto const at = first_not(known_.functions, [&](function const& one) {
            return one.section < section || (one.section == section && one.first < instruction);
        });
        if (at == known_.functions.size()) return std::nullopt;
        auto const& found = known_.functions[at];
        if (found.section != section || found.first != instruction) return std::nullopt;
        return static_cast<std::uint32_t>(at);
    }

    static constexpr std::int64_t farthest = 0xffff'ffff;

    image const& known_;
    elf::symbol_table const& symbols_;
};

/// Reads what instructions depend on, section by section.
class relocation_reader {
  public:
    constexpr relocation_reader(source const& from, tables const& room, counts& found) noexcept
        : from_{from}, room_{room}, found_{found} {
        known_.roles = room.roles.first(found.sections);
        known_.functions = room.functions.first(found.functions);
        known_.externs = room.externs.first(found.externs);
    }

    constexpr malformed read() noexcept {
        for (std::uint32_t index = 1; index < found_.sections; ++index) {
            auto const section = from_.file.section(index);
            bool const has_relocations =
                section.type() == elf::section_type::rel || section.type() == elf::section_type::rela;
            if (!has_relocations || known_.role(section.info()) != section_role::code) continue;
            malformed const problem = read_table(section);
            if (problem.why != reason::none) return problem;
        }
        auto const tables = room_.relocations.first(found_.relocations);
        sort(tables, precedes);
        // From the end of the room they are merged with the calls that need none: what is written never reaches them,
        // as there is room for all.
        auto const moved = room_.relocations.last(tables.size());
        for (std::size_t at = tables.size(); at != 0; --at) moved[at - 1] = tables[at - 1];
        found_.relocations = 0;
        malformed const problem = merge(moved);
        return problem.why != reason::none ? problem : check_functions();
    }

  private:
    [[nodiscard]] static constexpr bool precedes(code_relocation const& left, code_relocation const& right) noexcept {
        return left.section != right.section ? left.section < right.section : left.instruction < right.instruction;
    }

    constexpr malformed read_table(elf::section const& section) noexcept {
        auto const all = elf::relocations(from_.file, section);
        if (!all) return all.error();
        if (all->symbols() != from_.symbols.section()) return {reason::relocation_symbol, section.index()};
        auto const code = first_not(room_.code.first(found_.code),
                                    [&](code_section const& one) { return one.section < section.info(); });
        for (elf::relocation const one : *all) {
            auto const made = relocation_target{known_, from_.symbols}.of(one, room_.code[code]);
            if (!made && is_in_function(room_.code[code], one.offset)) return made.error();
            if (!made) continue;
            if (found_.relocations == room_.relocations.size()) return reason::storage_too_small;
            room_.relocations[found_.relocations++] = *made;
        }
        return {};
    }

    // What is left of a weak function that another one replaced belongs to none, and is of no matter.
    [[nodiscard]] constexpr bool is_in_function(code_section const& in, std::uint64_t offset) const noexcept {
        if (offset / 8 >= in.instructions.size()) return true;
        return known_.find_function(in.section, static_cast<std::uint32_t>(offset / 8)).has_value();
    }

    constexpr malformed merge(slice<code_relocation const> relocated) noexcept {
        relocated_ = relocated;
        for (auto& section : room_.code.first(found_.code)) {
            section.first_relocation = found_.relocations;
            malformed const problem = merge_section(section);
            if (problem.why != reason::none) return problem;
            section.relocation_count = found_.relocations - section.first_relocation;
        }
        return {};
    }

    constexpr malformed merge_section(code_section const& in) noexcept {
        std::size_t const size = in.instructions.size();
        for (std::size_t at = 0; at != size;) {
            bool const is_last = relocated_.empty() || relocated_[0].section != in.section;
            std::size_t const stop = is_last ? size : relocated_[0].instruction;
            while ((at = in.instructions.next_call(at, stop)) != stop) {
                malformed const problem = read_call(static_cast<std::uint32_t>(at++), in);
                if (problem.why != reason::none) return problem;
            }
            if (is_last) return {};
            for (; !relocated_.empty() && relocated_[0].section == in.section && relocated_[0].instruction == stop;
                 relocated_ = relocated_.subspan(1))
                room_.relocations[found_.relocations++] = relocated_[0];
            ++at;
        }
        return {};
    }

    // A static function beside programs may be called by them; one that nothing uses was meant to be a program.
    constexpr malformed check_functions() noexcept {
        auto const functions = room_.functions.first(found_.functions);
        for (code_relocation const& one : room_.relocations.first(found_.relocations))
            if (one.kind == target_kind::call || one.kind == target_kind::function_address)
                functions[one.target].is_used = true;
        for (function const& one : functions) {
            if (!one.is_static() || one.is_used || room_.code[one.code].name == ".text") continue;
            return {reason::static_program, one.section, std::uint64_t{one.first} * 8, one.name};
        }
        return {};
    }

    constexpr malformed read_call(std::uint32_t index, code_section const& in) noexcept {
        auto const made = relocation_target{known_, from_.symbols}.of_call(index, in);
        if (!made) return is_in_function(in, std::uint64_t{index} * 8) ? made.error() : malformed{};
        if (found_.relocations == room_.relocations.size() - relocated_.size()) return reason::storage_too_small;
        room_.relocations[found_.relocations++] = *made;
        return {};
    }

    source const& from_;
    tables const& room_;
    counts& found_;
    image known_{};
    slice<code_relocation const> relocated_{};
};

} // namespace bpfxx::object::detail
