#pragma once
// Makes BPF object files for tests, right or wrong, also while compiling.

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/object/typed_file.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace object_test {

namespace elf = bpfxx::elf;
namespace btf = bpfxx::btf;
namespace object = bpfxx::object;

using bytes = std::vector<char>;

/// So many zeroes. Not the vector's own constructor, which clang cannot run while compiling.
template <class T = char>
constexpr std::vector<T> zeroes(std::size_t count) {
    std::vector<T> made;
    for (std::size_t i = 0; i != count; ++i) made.push_back(T{});
    return made;
}

constexpr void put(bytes& to, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i != size; ++i) to.push_back(static_cast<char>(static_cast<unsigned char>(value >> 8 * i)));
}
constexpr void put(bytes& to, std::string_view text) {
    for (char const c : text) to.push_back(c);
}

struct made_section {
    std::string_view name;
    elf::section_type type = elf::section_type::progbits;
    bytes contents{};
    /// Of a section without contents.
    std::uint64_t size = 0;
    bool code = false;
    std::uint32_t link = 0;
    std::uint32_t info = 0;
    std::uint32_t entry_size = 0;
};

struct made_symbol {
    std::string_view name;
    std::uint16_t section = 0;
    std::uint64_t value = 0;
    elf::symbol_type type = elf::symbol_type::object;
    elf::symbol_binding binding = elf::symbol_binding::global;
    elf::symbol_visibility visibility = elf::symbol_visibility::default_;
};

struct made_relocation {
    std::uint64_t offset = 0;
    std::uint32_t symbol = 0;
    std::uint32_t type = 2;
};

/// A little-endian object in the making: sections are numbered from 1 in the order in which they come, symbols too.
class object_maker {
  public:
    constexpr std::uint16_t section(made_section one) {
        sections_.push_back(one);
        return static_cast<std::uint16_t>(sections_.size());
    }
    constexpr std::uint16_t zeroes(std::string_view name, elf::section_type type, std::uint64_t size) {
        return section({.name = name, .type = type, .size = size});
    }
    /// With so many zero bytes.
    constexpr std::uint16_t data(std::string_view name, std::size_t size) {
        return section({.name = name, .contents = object_test::zeroes(size)});
    }
    constexpr std::uint16_t code(std::string_view name, std::size_t instructions) {
        return section({.name = name, .contents = object_test::zeroes(instructions * 8), .code = true});
    }
    constexpr std::uint32_t symbol(made_symbol one) {
        symbols_.push_back(one);
        return static_cast<std::uint32_t>(symbols_.size());
    }
    constexpr void relocations(std::uint16_t target, std::initializer_list<made_relocation> all,
                               std::string_view name = ".rel.maps") {
        bytes table;
        for (made_relocation const& one : all) {
            put(table, one.offset, 8);
            put(table, std::uint64_t{one.symbol} << 32 | one.type, 8);
        }
        section({.name = name, .type = elf::section_type::rel, .contents = table, .info = target, .entry_size = 16});
    }
    template <class Builder>
    constexpr void types(Builder& from) {
        auto const blob = from.finish();
        bytes contents;
        put(contents, blob.text());
        section({.name = ".BTF", .contents = contents});
    }

    [[nodiscard]] constexpr bytes finish() {
        auto const table = static_cast<std::uint32_t>(sections_.size() + 2);
        add_symbols(table);
        for (made_section& one : sections_)
            if (one.type == elf::section_type::rel) one.link = table;
        made_section names{.name = ".shstrtab", .type = elf::section_type::strtab, .contents = object_test::zeroes(1)};
        std::vector<std::uint64_t> name_at;
        sections_.push_back(names);
        for (made_section const& one : sections_) {
            name_at.push_back(names.contents.size());
            put(names.contents, one.name);
            names.contents.push_back('\0');
        }
        sections_.back().contents = names.contents;

        bytes file = object_test::zeroes(64);
        std::vector<std::uint64_t> at;
        for (made_section const& one : sections_) {
            while (file.size() % 8 != 0) file.push_back('\0');
            at.push_back(file.size());
            put(file, {one.contents.data(), one.contents.size()});
        }
        while (file.size() % 8 != 0) file.push_back('\0');
        std::size_t const headers = file.size();
        for (std::size_t i = 0; i != 64; ++i) file.push_back('\0');
        for (std::size_t i = 0; i != sections_.size(); ++i) put_header(file, sections_[i], name_at[i], at[i]);
        bytes const start = file_header(headers);
        for (std::size_t i = 0; i != start.size(); ++i) file[i] = start[i];
        return file;
    }

  private:
    constexpr void add_symbols(std::uint32_t table) {
        made_section strings{.name = ".strtab", .type = elf::section_type::strtab, .contents = object_test::zeroes(1)};
        bytes records = object_test::zeroes(24);
        for (made_symbol const& one : symbols_) {
            put(records, strings.contents.size(), 4);
            put(records, static_cast<unsigned>(one.binding) << 4 | static_cast<unsigned>(one.type), 1);
            put(records, static_cast<unsigned>(one.visibility), 1);
            put(records, one.section, 2);
            put(records, one.value, 8);
            put(records, 0, 8);
            put(strings.contents, one.name);
            strings.contents.push_back('\0');
        }
        sections_.push_back(strings);
        sections_.push_back({.name = ".symtab",
                             .type = elf::section_type::symtab,
                             .contents = records,
                             .link = table - 1,
                             .info = 1,
                             .entry_size = 24});
    }

    static constexpr void put_header(bytes& to, made_section const& one, std::uint64_t name, std::uint64_t at) {
        bool const empty = one.type == elf::section_type::nobits;
        put(to, name, 4);
        put(to, static_cast<std::uint32_t>(one.type), 4);
        put(to, one.code ? 6 : 3, 8);
        put(to, 0, 8);
        put(to, at, 8);
        put(to, empty ? one.size : one.contents.size(), 8);
        put(to, one.link, 4);
        put(to, one.info, 4);
        put(to, 1, 8);
        put(to, one.entry_size, 8);
    }

    [[nodiscard]] constexpr bytes file_header(std::size_t headers) const {
        bytes made;
        put(made, "\x7f"
                  "ELF\2\1\1");
        while (made.size() != 16) made.push_back('\0');
        put(made, 1, 2); // relocatable
        put(made, 247, 2);
        put(made, 1, 4);
        put(made, 0, 8);
        put(made, 0, 8);
        put(made, headers, 8);
        put(made, 0, 4);
        for (unsigned const value : {64U, 56U, 0U, 64U}) put(made, value, 2);
        put(made, sections_.size() + 1, 2);
        put(made, sections_.size(), 2);
        return made;
    }

    std::vector<made_section> sections_;
    std::vector<made_symbol> symbols_;
};

/// A file with its parts found, for run time. Empty where a part is malformed.
class opened {
  public:
    explicit opened(std::string_view file) {
        auto const parsed = elf::view::parse(file);
        if (!parsed) return;
        auto const symbols = elf::symbols(*parsed, elf::section_type::symtab);
        if (!symbols) return;
        file_ = {*parsed, *symbols, nullptr};
        valid_ = true;
        auto const section = parsed->find(".BTF");
        if (!section) return;
        auto const types = btf::view::parse(section->contents());
        if (!types) {
            valid_ = false;
            return;
        }
        types_ = *types;
        storage_.resize(types_.index_size());
        index_ = types_.index(storage_);
        file_.types = &*index_;
    }
    explicit opened(bytes const& file) : opened{std::string_view{file.data(), file.size()}} {}
    opened(opened const&) = delete;
    opened& operator=(opened const&) = delete;

    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] object::typed_file const& file() const { return file_; }
    [[nodiscard]] btf::view const& types() const { return types_; }
    [[nodiscard]] btf::indexed_view const& index() const { return *index_; }

  private:
    bool valid_ = false;
    btf::view types_{};
    std::vector<std::uint32_t> storage_{};
    std::optional<btf::indexed_view> index_{};
    object::typed_file file_{};
};

/// BTF of map definitions: what the macros of <bpf/bpf_helpers.h> come to.
template <std::size_t TypeBytes = 4096, std::size_t StringBytes = 2048>
struct definition_builder : btf::builder<TypeBytes, StringBytes> {
    using base = btf::builder<TypeBytes, StringBytes>;

    btf::type_id integer = base::int_("int", 4, btf::int_encoding::is_signed);
    btf::type_id u64 = base::int_("long long", 8);

    constexpr btf::type_id uint(std::uint32_t value) { return base::ptr(base::array(integer, integer, value)); }
    constexpr btf::type_id values(btf::type_id of) { return base::array(base::ptr(of), integer, 0); }

    struct part {
        std::string_view name;
        btf::type_id type;
    };
    /// The struct of a definition, each member a pointer, `values` without a size.
    constexpr btf::type_id definition(std::string_view name, std::initializer_list<part> parts) {
        std::vector<btf::member_spec> members;
        std::uint32_t size = 0;
        for (part const& one : parts) {
            members.push_back({one.name, one.type, size * 8, 0});
            if (one.name != "values") size += 8;
        }
        return base::struct_(name, size, std::span<btf::member_spec const>{members});
    }
};

} // namespace object_test
