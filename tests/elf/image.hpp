#pragma once
// Makes ELF files for tests, in either byte order, right or wrong.

#include <bpfxx/elf/wire.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace elf_test {

namespace elf = bpfxx::elf;

/// Bytes that numbers are put into.
class bytes {
  public:
    explicit bytes(std::endian order = std::endian::little) : order_{order} {}

    template <class T>
        requires std::integral<T> || std::is_enum_v<T>
    bytes& put(T value) {
        auto number = static_cast<std::uint64_t>(value);
        std::string text(sizeof(T), '\0');
        for (std::size_t i = 0; i != sizeof(T); ++i, number >>= 8)
            text[order_ == std::endian::little ? i : sizeof(T) - 1 - i] = static_cast<char>(number & 0xff);
        data_ += text;
        return *this;
    }
    template <class T>
    void overwrite(std::size_t at, T value) {
        auto const text = bytes{order_}.put(value).data(); // copied, since g++ 12 warns of replace()
        std::ranges::copy(text, data_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    bytes& text(std::string_view more) {
        data_ += more;
        return *this;
    }
    bytes& zeroes(std::size_t count) {
        data_.append(count, '\0');
        return *this;
    }
    bytes& align(std::size_t to) { return zeroes((to - data_.size() % to) % to); }

    [[nodiscard]] std::string const& data() const { return data_; }
    [[nodiscard]] std::endian order() const { return order_; }

  private:
    std::endian order_;
    std::string data_;
};

struct section {
    std::string name;
    elf::section_type type = elf::section_type::progbits;
    std::string contents{};
    std::uint32_t link = 0;
    std::uint32_t info = 0;
    std::uint64_t entry_size = 0;
    std::uint64_t address = 0;
    std::uint64_t alignment = 1;
    elf::section_flags flags{};
};

struct segment {
    std::uint64_t offset, address, file_size, memory_size;
    std::uint32_t flags = 5;
    elf::segment_type type = elf::segment_type::load;
};

/// A file in the making: sections are numbered from 1 in the order in which they come, .shstrtab is the last.
struct image {
    std::endian order = std::endian::little;
    elf::file_type type = elf::file_type::shared;
    elf::machine machine = elf::machine::x86_64;
    std::vector<section> sections{};
    std::vector<segment> segments{};

    // What `finish` found out.
    std::size_t headers_at = 0;
    std::vector<std::size_t> contents_at{};

    std::uint32_t add(section one) {
        sections.push_back(std::move(one));
        return static_cast<std::uint32_t>(sections.size());
    }

    [[nodiscard]] std::size_t header_at(std::uint32_t index) const { return headers_at + 64 * std::size_t{index}; }

    [[nodiscard]] bytes finish() {
        auto all = sections;
        bytes names{order};
        names.zeroes(1);
        std::vector<std::uint32_t> name_at;
        all.push_back({".shstrtab", elf::section_type::strtab});
        for (auto const& one : all) {
            name_at.push_back(static_cast<std::uint32_t>(names.data().size()));
            names.text(one.name).zeroes(1);
        }
        all.back().contents = names.data();

        bytes file{order};
        file.zeroes(64 + 56 * segments.size());
        contents_at.assign(1, 0);
        for (auto const& one : all) {
            file.align(8);
            contents_at.push_back(file.data().size());
            if (one.type != elf::section_type::nobits) file.text(one.contents);
        }
        file.align(8);
        headers_at = file.data().size();
        auto const count = all.size() + 1;
        bool const many = count >= 0xff00;
        put_header(file, {.size = many ? count : 0,
                          .link = many ? static_cast<std::uint32_t>(count - 1) : 0,
                          .info = segments.size() >= 0xffff ? static_cast<std::uint32_t>(segments.size()) : 0});
        for (std::size_t i = 0; i != all.size(); ++i) {
            auto const& one = all[i];
            put_header(file, {name_at[i], one.type, one.flags, one.address, contents_at[i + 1], one.contents.size(),
                              one.link, one.info, one.alignment, one.entry_size});
        }
        put_file_header(file, count, many);
        return file;
    }

  private:
    static void put_header(bytes& to, elf::wire::section_header const& one) {
        to.put(one.name).put(one.type).put(one.flags).put(one.address).put(one.offset).put(one.size);
        to.put(one.link).put(one.info).put(one.alignment).put(one.entry_size);
    }

    void put_file_header(bytes& file, std::size_t count, bool many) const {
        bytes head{order};
        head.text("\x7f"
                  "ELF")
            .put(std::uint8_t{2})
            .put(std::uint8_t(order == std::endian::little ? 1 : 2));
        head.put(std::uint8_t{1}).zeroes(9).put(type).put(machine).put(std::uint32_t{1}).put(std::uint64_t{0});
        head.put(std::uint64_t{segments.empty() ? 0u : 64u}).put(std::uint64_t{headers_at}).put(std::uint32_t{0});
        head.put(std::uint16_t{64}).put(std::uint16_t{56});
        head.put(static_cast<std::uint16_t>(segments.size() >= 0xffff ? 0xffff : segments.size()));
        head.put(std::uint16_t{64}).put(static_cast<std::uint16_t>(many ? 0 : count));
        head.put(static_cast<std::uint16_t>(many ? 0xffff : count - 1));
        for (auto const& one : segments) {
            head.put(one.type).put(one.flags).put(one.offset).put(one.address).put(one.address);
            head.put(one.file_size).put(one.memory_size).put(std::uint64_t{0x1000});
        }
        for (std::size_t i = 0; i != head.data().size(); ++i)
            file.overwrite(i, static_cast<std::uint8_t>(head.data()[i]));
    }
};

struct symbol {
    std::string name;
    std::uint64_t value = 0;
    std::uint64_t size = 0;
    elf::symbol_type type = elf::symbol_type::func;
    elf::symbol_binding binding = elf::symbol_binding::global;
    std::uint16_t section = 1;
};

/// Adds a symbol table and, in front of it, its strings. Gives the table's number.
inline std::uint32_t add_symbols(image& to, std::vector<symbol> const& symbols, bool dynamic = false) {
    bytes strings{to.order};
    bytes table{to.order};
    strings.zeroes(1);
    table.zeroes(24);
    for (auto const& one : symbols) {
        table.put(static_cast<std::uint32_t>(strings.data().size()));
        table.put(static_cast<std::uint8_t>(static_cast<unsigned>(one.binding) << 4 | static_cast<unsigned>(one.type)));
        table.put(std::uint8_t{0}).put(one.section).put(one.value).put(one.size);
        strings.text(one.name).zeroes(1);
    }
    auto const names = to.add({dynamic ? ".dynstr" : ".strtab", elf::section_type::strtab, strings.data()});
    return to.add({dynamic ? ".dynsym" : ".symtab", dynamic ? elf::section_type::dynsym : elf::section_type::symtab,
                   table.data(), names, 1, 24});
}

/// The note of a static probe.
struct probe_note {
    std::uint64_t location, base, semaphore;
    std::string provider, name, arguments;
};

inline std::string probe_notes(std::endian order, std::vector<probe_note> const& notes) {
    bytes all{order};
    for (auto const& one : notes) {
        bytes what{order};
        what.put(one.location).put(one.base).put(one.semaphore);
        what.text(one.provider).zeroes(1).text(one.name).zeroes(1).text(one.arguments).zeroes(1);
        all.put(std::uint32_t{8}).put(static_cast<std::uint32_t>(what.data().size())).put(std::uint32_t{3});
        all.text("stapsdt").zeroes(1).text(what.data()).align(4);
    }
    return all.data();
}

} // namespace elf_test
