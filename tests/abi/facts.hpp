#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/version.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The tables under facts/, as tests ask them.
namespace abi {

[[nodiscard]] inline std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        std::size_t const end = std::min(text.find(separator, at), text.size());
        parts.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

/// "6.18".
[[nodiscard]] inline bpfxx::since version_of(std::string_view text) {
    auto const parts = split(text, '.');
    REQUIRE_MESSAGE(parts.size() >= 2, "no version: ", std::string{text});
    auto const number = [](std::string const& digits) {
        return static_cast<std::uint16_t>(std::strtoul(digits.c_str(), nullptr, 10));
    };
    return {number(parts[0]), number(parts[1])};
}

[[nodiscard]] inline std::string spelled(bpfxx::since version) {
    return std::to_string(version.major) + '.' + std::to_string(version.minor);
}

/// One file: cells by the names in its first line.
class fact_table {
  public:
    explicit fact_table(std::string const& name) {
        std::string const path = std::string{BPFXX_TESTS} + "/abi/facts/" + name + ".tsv";
        std::ifstream file{path};
        REQUIRE_MESSAGE(file, "cannot read ", path);
        std::string line;
        std::getline(file, line);
        columns_ = split(line, '\t');
        while (std::getline(file, line)) {
            rows_.push_back(split(line, '\t'));
            REQUIRE_MESSAGE(rows_.back().size() == columns_.size(), path, ": ", line);
        }
        REQUIRE_FALSE(rows_.empty());
    }

    template <class Visit>
    void for_each(Visit visit) const {
        for (auto const& row : rows_)
            visit([&](std::string_view column) -> std::string const& {
                auto const at = std::ranges::find(columns_, column);
                REQUIRE_MESSAGE(at != columns_.end(), "no column ", std::string{column});
                return row[static_cast<std::size_t>(at - columns_.begin())];
            });
    }

  private:
    std::vector<std::string> columns_;
    std::vector<std::vector<std::string>> rows_;
};

[[nodiscard]] inline std::uint64_t number_of(std::string const& text) {
    return text.starts_with('-') ? static_cast<std::uint64_t>(std::strtoll(text.c_str(), nullptr, 10))
                                 : std::strtoull(text.c_str(), nullptr, 0);
}

/// A member of one of the kernel's structs; `commands` only for those of bpf_attr.
struct member_fact {
    std::string type;
    std::string path;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    bpfxx::since since{};
    std::vector<std::string> commands;
    std::uint64_t type_size = 0; // 0 for bpf_attr, which grows with every release
};

/// A name with a value: an enumerator or a macro.
struct value_fact {
    std::string group;
    std::string name;
    std::uint64_t value = 0;
    bpfxx::since since{};
};

class facts {
  public:
    static facts const& get() {
        static facts const all;
        return all;
    }

    [[nodiscard]] std::vector<member_fact> const& members() const { return members_; }
    [[nodiscard]] std::vector<value_fact> const& values() const { return values_; }

    /// Since when the kernel has a member; nothing when the facts do not have it.
    [[nodiscard]] std::optional<bpfxx::since> since(std::string_view type, std::string_view path) const {
        std::optional<bpfxx::since> first;
        for (member_fact const& one : members_)
            if (one.type == type && one.path == path && (!first || one.since < *first)) first = one.since;
        return first;
    }

    /// Since when it has a type of which the facts know a member.
    [[nodiscard]] std::optional<bpfxx::since> since_type(std::string_view type) const {
        std::optional<bpfxx::since> first;
        for (member_fact const& one : members_)
            if (one.type == type && (!first || one.since < *first)) first = one.since;
        return first;
    }

    [[nodiscard]] std::optional<bpfxx::since> since_value(std::string_view name) const {
        std::optional<bpfxx::since> first;
        for (value_fact const& one : values_)
            if (one.name == name && (!first || one.since < *first)) first = one.since;
        return first;
    }

  private:
    facts() {
        fact_table{"attr_fields"}.for_each([&](auto cell) {
            bool const anonymous = cell("sub_struct") == "(anonymous)";
            add_member("bpf_attr", anonymous ? cell("field") : cell("sub_struct") + '.' + cell("field"), cell,
                       split(cell("commands"), ','), "0");
        });
        for (auto const* name : {"info_structs", "aux_structs"})
            fact_table{name}.for_each(
                [&](auto cell) { add_member(cell("struct"), cell("field"), cell, {}, cell("struct_size")); });
        for (auto const* name : {"commands", "map_types", "prog_types", "attach_types", "link_types"})
            fact_table{name}.for_each([&](auto cell) { add_value(name, cell("name"), cell("value"), cell("since")); });
        fact_table{"helpers"}.for_each(
            [&](auto cell) { add_value("helpers", "BPF_FUNC_" + cell("name").substr(4), cell("id"), cell("since")); });
        fact_table{"flags"}.for_each(
            [&](auto cell) { add_value(cell("group"), cell("name"), cell("value"), cell("since")); });
        fact_table{"btf_kinds"}.for_each([&](auto cell) {
            if (cell("value")[0] >= '0' && cell("value")[0] <= '9')
                add_value(cell("section"), cell("name"), cell("value"), cell("since"));
        });
        fact_table{"insn_encoding"}.for_each([&](auto cell) {
            if (cell("kind") != "insn") add_value(cell("kind"), cell("name"), cell("opcode"), cell("since"));
        });
    }

    template <class Cell>
    void add_member(std::string type, std::string path, Cell cell, std::vector<std::string> commands,
                    std::string const& type_size) {
        members_.push_back({std::move(type), std::move(path), number_of(cell("offset")), number_of(cell("size")),
                            version_of(cell("since")), std::move(commands), number_of(type_size)});
    }

    void add_value(std::string group, std::string name, std::string const& value, std::string const& since) {
        values_.push_back({std::move(group), std::move(name), number_of(value), version_of(since)});
    }

    std::vector<member_fact> members_;
    std::vector<value_fact> values_;
};

} // namespace abi
