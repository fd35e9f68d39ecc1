#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/bytes_in_constants.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::btf {

/// What of BTF a kernel takes: all of it, unless `feature::btf` found otherwise.
struct kernel_features {
    bool functions = true;         // Linux 5.0: BTF_KIND_FUNC, BTF_KIND_FUNC_PROTO
    bool data_sections = true;     // Linux 5.2: BTF_KIND_VAR, BTF_KIND_DATASEC
    bool global_functions = true;  // Linux 5.6: functions with a linkage
    bool floats = true;            // Linux 5.13: BTF_KIND_FLOAT
    bool declaration_tags = true;  // Linux 5.16: BTF_KIND_DECL_TAG
    bool type_tags = true;         // Linux 5.17: BTF_KIND_TYPE_TAG
    bool wide_enums = true;        // Linux 6.0: BTF_KIND_ENUM64, signed BTF_KIND_ENUM
    bool optional_sections = true; // Linux 6.9: data sections whose names begin with '?'
    bool attributes = true;        // Linux 6.15: tags that stand for any attribute

    friend constexpr bool operator==(kernel_features const&, kernel_features const&) noexcept = default;
};

/// A copy of a blob that is changed on its way to the kernel: each record stays where it is and as long as it is, so that
/// ids go on meaning the same. Three records at most can be added. It writes into storage of the caller's, of
/// `storage_size` bytes; the view and the storage must outlive it.
/// Costs: the blob is copied once; no allocation
class kernel_copy {
  public:
    /// Longest record and longest name that can be added.
    static constexpr std::uint32_t added_record = 16;
    static constexpr std::size_t added_name = 20;
    static constexpr std::uint32_t most_added = 3;

    [[nodiscard]] static constexpr std::size_t storage_size(view const& from) noexcept {
        std::size_t const size = sizeof(wire::header) + records_of(from).size() + from.strings().own().size();
        return size + most_added * (added_record + added_name);
    }

    /// The view is one of this machine's byte order, and not split; the storage is as large as `storage_size` says.
    constexpr kernel_copy(indexed_view const& from, std::span<char> storage) noexcept
        : from_{from}, storage_{storage}, count_{from.view().type_count()} {
        std::string_view const records = records_of(from.view());
        copy(records, sizeof(wire::header));
        types_end_ = static_cast<std::uint32_t>(sizeof(wire::header) + records.size());
    }

    /// Where a type's record starts in the copy.
    [[nodiscard]] constexpr std::uint32_t record(type_id id) const noexcept {
        if (number(id) > from_.view().type_count()) return added_[number(id) - from_.view().type_count() - 1].record;
        auto const start = from_.type(type_id{1}).record();
        return static_cast<std::uint32_t>(sizeof(wire::header)) +
               static_cast<std::uint32_t>(from_.type(id).record() - start);
    }

    [[nodiscard]] constexpr std::uint32_t word(std::uint32_t at) const noexcept {
        return wire::load_u32(storage_.data() + at, false);
    }
    constexpr void set_word(std::uint32_t at, std::uint32_t value) noexcept {
        auto const bytes = std::bit_cast<std::array<char, 4>>(value);
        bpfxx::detail::copy_bytes(storage_.data() + at, bytes.data(), bytes.size());
    }

    /// Adds a record that no other refers to yet. `words` are those behind the name; the name is new too.
    constexpr type_id add(std::string_view name, std::initializer_list<std::uint32_t> words) noexcept {
        added_[added_count_] = {types_end_, name_offset(added_count_), name};
        set_word(types_end_, added_[added_count_].name_offset);
        for (std::uint32_t const each : words) set_word(types_end_ += 4, each);
        types_end_ += 4;
        ++added_count_;
        return type_id{++count_};
    }
    constexpr type_id add_int(std::string_view name, std::uint32_t size, int_encoding encoding) noexcept {
        return add(name, {wire::make_info(kind::int_), size, static_cast<std::uint32_t>(encoding) << 24 | size * 8});
    }

    /// Writes what the kernel has no kind for as something that it has, as libbpf does, and ends the copy: its size.
    constexpr std::uint32_t finish(kernel_features const& features) noexcept {
        bool const replaces = !features.wide_enums || !features.functions;
        type_id const stand_in = replaces ? add_int("stand_in", 1, int_encoding::none) : void_id;
        std::string_view const strings = from_.view().strings().own();
        copy(strings, types_end_);
        auto end = types_end_ + static_cast<std::uint32_t>(strings.size());
        for (std::uint32_t at = 0; at != added_count_; ++at) {
            copy(added_[at].name, end);
            end += static_cast<std::uint32_t>(added_[at].name.size());
            storage_[end++] = '\0';
        }
        for (std::uint32_t at = sizeof(wire::header); at < types_end_; at += record_size(word(at + 4)))
            rewrite(at, word(at + 4), features, stand_in);
        write_header(end);
        return end;
    }

    /// The offset of the name of an added record, for others that bear it too.
    [[nodiscard]] constexpr std::uint32_t name_of(type_id added) const noexcept { return word(record(added)); }

  private:
    struct addition {
        std::uint32_t record = 0;
        std::uint32_t name_offset = 0;
        std::string_view name{};
    };

    [[nodiscard]] static constexpr std::string_view records_of(view const& from) noexcept {
        auto const types = from.types();
        if (types.begin() == types.end()) return {};
        char const* const start = (*types.begin()).record();
        std::uint32_t size = 0;
        for (type const each : types) size += record_size(wire::load_u32(each.record() + 4, from.is_swapped()));
        return {start, size};
    }

    [[nodiscard]] static constexpr std::uint32_t record_size(std::uint32_t info) noexcept {
        return static_cast<std::uint32_t>(sizeof(wire::type_record)) + wire::trailing_size(info);
    }

    constexpr void copy(std::string_view bytes, std::size_t to) noexcept {
        bpfxx::detail::copy_bytes(storage_.data() + to, bytes.data(), bytes.size());
    }

    [[nodiscard]] constexpr std::uint32_t name_offset(std::uint32_t added) const noexcept {
        std::size_t offset = from_.view().strings().own().size();
        for (std::uint32_t at = 0; at != added; ++at) offset += added_[at].name.size() + 1;
        return static_cast<std::uint32_t>(offset);
    }

    constexpr void rewrite(std::uint32_t at, std::uint32_t info, kernel_features const& features,
                           type_id stand_in) noexcept {
        std::uint32_t const count = wire::vlen_of(info);
        bool const attribute = wire::kind_flag_of(info) && !features.attributes;
        switch (wire::kind_of(info)) {
        case kind::var:
            if (!features.data_sections) become_byte(at);
            return;
        case kind::decl_tag:
            if (!features.declaration_tags || attribute) become_byte(at);
            return;
        case kind::type_tag:
            if (!features.type_tags || attribute) become(at, kind::const_);
            return;
        case kind::datasec: return rewrite_section(at, count, features);
        case kind::func_proto:
            if (!features.functions) become_enum(at, count, stand_in);
            return;
        case kind::func:
            if (!features.functions) return set_word(at + 4, wire::make_info(kind::typedef_));
            if (!features.global_functions) set_word(at + 4, wire::make_info(kind::func));
            return;
        case kind::float_:
            if (!features.floats) become(at, kind::struct_);
            return;
        case kind::enum_:
            if (!features.wide_enums) set_word(at + 4, wire::make_info(kind::enum_, count));
            return;
        case kind::enum64:
            if (!features.wide_enums) become_union(at, count, stand_in);
            return;
        default: return;
        }
    }

    constexpr void become(std::uint32_t at, kind what) noexcept {
        set_word(at, 0);
        set_word(at + 4, wire::make_info(what));
    }

    constexpr void become_sized(std::uint32_t at, std::uint32_t info, std::uint32_t size) noexcept {
        set_word(at + 4, info);
        set_word(at + 8, size);
    }

    // The smallest integer fits wherever the variable was.
    constexpr void become_byte(std::uint32_t at) noexcept {
        become_sized(at, wire::make_info(kind::int_), 1);
        set_word(at + 12, 8);
    }

    // Each parameter becomes an enumerator, which is as long, and needs a name.
    constexpr void become_enum(std::uint32_t at, std::uint32_t count, type_id name) noexcept {
        become_sized(at, wire::make_info(kind::enum_, count), 4);
        for (std::uint32_t entry = at + 12; entry != at + 12 + count * sizeof(wire::parameter);
             entry += sizeof(wire::parameter))
            if (word(entry) == 0) set_word(entry, name_of(name));
    }

    // Each enumerator becomes a member of the same name.
    constexpr void become_union(std::uint32_t at, std::uint32_t count, type_id member) noexcept {
        set_word(at + 4, wire::make_info(kind::union_, count));
        for (std::uint32_t entry = at + 12; entry != at + 12 + count * sizeof(wire::member);
             entry += sizeof(wire::member)) {
            set_word(entry + 4, number(member));
            set_word(entry + 8, 0);
        }
    }

    constexpr void rewrite_section(std::uint32_t at, std::uint32_t count, kernel_features const& features) noexcept {
        std::uint32_t const name = types_end_ + word(at);
        if (features.data_sections) {
            if (!features.optional_sections && storage_[name] == '?') storage_[name] = '_';
            return;
        }
        for (std::uint32_t each = name; storage_[each] != '\0'; ++each)
            if (storage_[each] == '.' || storage_[each] == '?') storage_[each] = '_';
        // Each variable becomes a member: type, offset and size become name, type and offset in bits.
        set_word(at + 4, wire::make_info(kind::struct_, count));
        for (std::uint32_t entry = at + 12; entry != at + 12 + count * sizeof(wire::member);
             entry += sizeof(wire::member)) {
            std::uint32_t const variable = word(entry);
            set_word(entry + 8, word(entry + 4) * 8);
            set_word(entry + 4, variable);
            set_word(entry, variable == 0 ? 0 : word(record(type_id{variable})));
        }
    }

    constexpr void write_header(std::uint32_t end) noexcept {
        std::uint32_t const types = types_end_ - static_cast<std::uint32_t>(sizeof(wire::header));
        wire::header const header{wire::magic, wire::version, 0,     sizeof(wire::header),
                                  0,           types,         types, end - types_end_};
        auto const bytes = std::bit_cast<std::array<char, sizeof(header)>>(header);
        copy({bytes.data(), bytes.size()}, 0);
    }

    indexed_view const& from_;
    std::span<char> storage_;
    std::array<addition, most_added> added_{};
    std::uint32_t added_count_ = 0;
    std::uint32_t types_end_ = 0;
    std::uint32_t count_ = 0;
};

} // namespace bpfxx::btf
