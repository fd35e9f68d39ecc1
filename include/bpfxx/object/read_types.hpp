#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/ext.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/object/code_section.hpp>
#include <bpfxx/object/heap_sort.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/source.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace bpfxx::object::detail {

/// Adds to sections, functions, variables and externs what BTF and .BTF.ext say about them.
class type_reader {
  public:
    constexpr type_reader(source const& from, tables const& room, counts const& found) noexcept
        : from_{from}, room_{room}, code_{room.code.first(found.code)},
          functions_{room.functions.first(found.functions)}, variables_{room.variables.first(found.variables)},
          externs_{room.externs.first(found.externs)} {}

  private:
    constexpr void read_section(btf::type section, btf::indexed_view const& types) noexcept {
        bool const options = section.has_name(".kconfig");
        bool const symbols = section.has_name(".ksyms");
        for (btf::section_variable const entry : section.variables()) {
            auto const type = types.type(entry.type());
            if (options || symbols)
                read_extern(type, entry, options);
            else if (type.kind() == btf::kind::var)
                read_variable(type, entry, section);
        }
    }

    constexpr void read_extern(btf::type type, btf::section_variable entry, bool option) noexcept {
        bool const function = type.kind() == btf::kind::func;
        if (!function && type.kind() != btf::kind::var) return;
        std::string_view const name = type.name();
        for (auto at = first_not(externs_, [&](extern_symbol const& one) { return one.name < name; });
             at != externs_.size() && externs_[at].name == name && externs_[at].from == extern_source::unknown; ++at) {
            auto& one = externs_[at];
            one.from = option ? extern_source::kconfig : function ? extern_source::kfunc : extern_source::ksym;
            one.type = type.id();
            one.size = function ? 0 : entry.size();
        }
    }

    // Static variables may share their names; of those BTF says the place.
    constexpr void read_variable(btf::type type, btf::section_variable entry, btf::type section) noexcept {
        bool const is_static = type.linkage() == btf::linkage::static_;
        std::string_view const name = type.name();
        auto const before = [&](variable const& one) { return one.name < name; };
        auto at = first_not(variables_, before);
        for (std::size_t tries = 0; tries != most_of_one_name && at != variables_.size(); ++tries, ++at) {
            auto& one = variables_[at];
            if (one.name != name) return;
            if (one.type != btf::void_id || one.is_static != is_static) continue;
            if (is_static && one.offset != entry.offset()) continue;
            if (!section.has_name(from_.file.section(one.section).name())) continue;
            one.type = type.id();
            return;
        }
    }

    template <class Record>
    constexpr void read_records(btf::ext_table<Record> const& table,
                                btf::ext_records<Record> code_section::* member) noexcept {
        next_ = 0;
        for (btf::ext_section<Record> const one : table) {
            auto const section = find_section(one.name);
            if (section == nullptr) continue;
            twice_ = twice_ || !(section->*member).empty();
            section->*member = one.records;
        }
    }

    constexpr void order_by_name() noexcept {
        for (std::uint32_t at = 0; at != code_.size(); ++at) code_[at].by_name = at;
        auto const precedes = [&](std::uint32_t left, std::uint32_t right) {
            std::uint32_t const one = code_[left].by_name;
            std::uint32_t const other = code_[right].by_name;
            return code_[one].name != code_[other].name ? code_[one].name < code_[other].name : one < other;
        };
        auto const swap = [&](std::uint32_t left, std::uint32_t right) {
            std::swap(code_[left].by_name, code_[right].by_name);
        };
        heap_sort(static_cast<std::uint32_t>(code_.size()), precedes, swap);
    }

    // Compilers write .BTF.ext in the order of the file's sections: they are put in another order only for others.
    [[nodiscard]] constexpr code_section* find_section(std::string_view name) noexcept {
        for (std::size_t at = next_; at != code_.size() && at - next_ != 4; ++at) {
            if (code_[at].name != name) continue;
            next_ = at + 1;
            return &code_[at];
        }
        if (!ordered_) order_by_name();
        ordered_ = true;
        auto const at = first_not(code_, [&](code_section const& one) { return code_[one.by_name].name < name; });
        if (at == code_.size() || code_[code_[at].by_name].name != name) return nullptr;
        return &code_[code_[at].by_name];
    }

    constexpr void read_functions(code_section& section) noexcept {
        auto const all = functions_.subspan(section.first_function, section.function_count);
        for (std::uint32_t index = 0; index != section.functions.size(); ++index) {
            auto const record = section.functions[index];
            auto at = first_not(all, [&](function const& one) { return one.first < record.insn_off; });
            for (; at != all.size() && all[at].first == record.insn_off && all[at].type == btf::void_id; ++at)
                all[at].type = btf::type_id{record.type_id};
        }
    }

    // __attribute__((btf_decl_tag("exception_callback:NAME"))) on a program.
    constexpr void read_tag(btf::type tag, btf::indexed_view const& types) noexcept {
        constexpr std::string_view prefix = "exception_callback:";
        std::string_view const text = tag.name();
        if (tag.component() != -1 || !starts_with(text, prefix) || tags_ == most_of_one_name) return;
        ++tags_;
        auto const tagged = types.type(tag.referenced());
        if (tagged.kind() != btf::kind::func) return;
        std::string_view const name = tagged.name();
        std::string_view const callback{text.data() + prefix.size(), text.size() - prefix.size()};
        auto const at = find_global(callback, true);
        auto const program = find_global(name, false);
        if (at != no_function && program != no_function) functions_[program].exception_callback = at;
    }

    // The verifier takes hidden functions for static ones, which no callback may be.
    [[nodiscard]] constexpr std::uint32_t find_global(std::string_view name, bool in_text) const noexcept {
        for (std::uint32_t at = 0; at != functions_.size(); ++at) {
            function const& one = functions_[at];
            if (one.is_static() || (code_[one.code].name == ".text") != in_text || one.name != name) continue;
            return one.visibility == elf::symbol_visibility::default_ || !in_text ? at : no_function;
        }
        return no_function;
    }

  public:
    // Behind what it calls: clang must be able to run it inside the constants of other code.
    constexpr malformed read() noexcept {
        if (!from_.has_types()) return {};
        auto const types = from_.types.index(room_.types);
        if (!types) return reason::storage_too_small;
        for (btf::type const one : from_.types.types())
            if (one.kind() == btf::kind::datasec)
                read_section(one, *types);
            else if (one.kind() == btf::kind::decl_tag)
                read_tag(one, *types);
        read_records(from_.debug.functions(), &code_section::functions);
        read_records(from_.debug.lines(), &code_section::lines);
        read_records(from_.debug.core(), &code_section::core);
        if (twice_) return {reason::debug_section_twice};
        for (auto& section : code_) read_functions(section);
        return {};
    }

  private:
    // More static variables of one name than this are no program's; without a limit a file could make them a long walk.
    static constexpr std::size_t most_of_one_name = 1024;

    source const& from_;
    tables const& room_;
    slice<code_section> code_;
    slice<function> functions_;
    slice<variable> variables_;
    slice<extern_symbol> externs_;
    std::size_t next_ = 0;
    std::size_t tags_ = 0;
    bool ordered_ = false;
    bool twice_ = false;
};

} // namespace bpfxx::object::detail
