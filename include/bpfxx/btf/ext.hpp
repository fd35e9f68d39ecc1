#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/check.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/iterator_tags.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::btf {

/// What .BTF.ext says about the instructions of one section. `insn_off` counts instructions from the start of the
/// section; the file counts bytes.
template <class Record>
class ext_records {
  public:
    constexpr ext_records() noexcept = default;
    constexpr ext_records(char const* start, std::uint32_t how_many, std::uint32_t step, bool is_swapped) noexcept
        : at_{start}, count_{how_many}, stride_{step}, swapped_{is_swapped} {}

    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return count_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return count_ == 0; }

    /// A record by number; an empty one for a number that there is not.
    [[nodiscard]] constexpr Record operator[](std::uint32_t index) const noexcept {
        if (index >= count_) return {};
        auto record = wire::load<Record>(at(index), swapped_);
        record.insn_off /= 8;
        return record;
    }

    /// The instruction that a record is about, without reading the rest of it.
    [[nodiscard]] constexpr std::uint32_t instruction(std::uint32_t index) const noexcept {
        return index < count_ ? wire::load_u32(at(index), swapped_) / 8 : 0;
    }

    /// Copies the records from one number up to another, which are there, to what lies so much further on.
    constexpr void copy(std::uint32_t first, std::uint32_t end, std::uint32_t further, Record* to) const noexcept {
        for (char const* from = at(first); first != end; ++first, from += stride_) {
            Record record = wire::load<Record>(from, swapped_);
            record.insn_off = record.insn_off / 8 + further;
            *to++ = record;
        }
    }

    /// The number of the first record that is about this instruction or a later one, where they are in order.
    /// Costs: a binary search
    [[nodiscard]] constexpr std::uint32_t first_from(std::uint32_t wanted) const noexcept {
        // Most functions are all of their section.
        if (wanted == 0 || count_ == 0) return 0;
        if (instruction(count_ - 1) < wanted) return count_;
        std::uint32_t low = 0;
        for (std::uint32_t high = count_; low != high;) {
            std::uint32_t const middle = low + (high - low) / 2;
            if (instruction(middle) < wanted)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

  private:
    [[nodiscard]] constexpr char const* at(std::uint32_t index) const noexcept {
        return at_ + static_cast<std::size_t>(index) * stride_;
    }

    char const* at_ = nullptr;
    std::uint32_t count_ = 0;
    std::uint32_t stride_ = 0;
    bool swapped_ = false;
};

/// The records of a section and the section's name.
template <class Record>
struct ext_section {
    std::string_view name{};
    ext_records<Record> records{};
};

class ext_view;

/// One kind of record, section by section.
template <class Record>
class ext_table {
  public:
    class iterator {
      public:
        using value_type = ext_section<Record>;
        using reference = value_type;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() noexcept = default;
        constexpr iterator(ext_table const* table, std::size_t at) noexcept : table_{table}, at_{at} {}

        [[nodiscard]] constexpr value_type operator*() const noexcept { return table_->section_at(at_); }
        constexpr iterator& operator++() noexcept {
            at_ = table_->after(at_);
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            iterator const before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(iterator left, iterator right) noexcept { return left.at_ == right.at_; }

      private:
        ext_table const* table_ = nullptr;
        std::size_t at_ = 0;
    };

    constexpr ext_table() noexcept = default;

    [[nodiscard]] constexpr iterator begin() const noexcept { return {this, 0}; }
    [[nodiscard]] constexpr iterator end() const noexcept { return {this, sections_.size()}; }
    [[nodiscard]] constexpr bool empty() const noexcept { return sections_.empty(); }

    /// The number of all records.
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }

    /// True when the records of every section are in the order of their instructions, as compilers write them.
    [[nodiscard]] constexpr bool is_sorted() const noexcept { return sorted_; }

  private:
    friend class ext_view;

    static constexpr std::size_t section_header = 8;

    [[nodiscard]] constexpr std::uint32_t word(std::size_t at) const noexcept {
        return wire::load_u32(sections_.data() + at, strings_.swapped());
    }
    [[nodiscard]] constexpr ext_section<Record> section_at(std::size_t at) const noexcept {
        char const* const records = sections_.data() + at + section_header;
        return {strings_.known(word(at)), {records, word(at + 4), record_size_, strings_.swapped()}};
    }
    [[nodiscard]] constexpr std::size_t after(std::size_t at) const noexcept {
        return at + section_header + std::size_t{word(at + 4)} * record_size_;
    }

    [[nodiscard]] static constexpr reason problem_of(sys::info::func_info const& one, view const& types) noexcept {
        return types.contains(type_id{one.type_id}) ? reason::none : reason::type_outside;
    }
    [[nodiscard]] static constexpr reason problem_of(sys::info::line_info const& one, view const& types) noexcept {
        bool const named = types.strings().contains(one.file_name_off) && types.strings().contains(one.line_off);
        return named ? reason::none : reason::name_outside;
    }
    [[nodiscard]] static constexpr reason problem_of(sys::info::core_relo const& one, view const& types) noexcept {
        if (!types.contains(type_id{one.type_id})) return reason::type_outside;
        return types.strings().contains(one.access_str_off) ? reason::none : reason::name_outside;
    }

    // Source lines are most of all records: their strings are looked at together, and one by one to find what is wrong.
    [[nodiscard]] constexpr bool are_sound_lines(std::size_t at, std::uint32_t count, view const& types) noexcept {
        std::uint32_t before = 0;
        std::uint32_t places = 0;
        std::uint32_t farthest = 0;
        bool ordered = true;
        for (char const* from = sections_.data() + at; count != 0; --count, from += record_size_) {
            auto const line = wire::load<sys::info::line_info>(from, strings_.swapped());
            if (farthest < line.file_name_off) farthest = line.file_name_off;
            if (farthest < line.line_off) farthest = line.line_off;
            if (line.insn_off < before) ordered = false;
            places |= before = line.insn_off;
        }
        sorted_ = sorted_ && ordered;
        return places % 8 == 0 && types.strings().contains(farthest);
    }

    constexpr malformed check_records(std::size_t at, std::uint32_t count, std::uint32_t start, view const& types) {
        if constexpr (std::is_same_v<Record, sys::info::line_info>) {
            if (are_sound_lines(at, count, types)) {
                size_ += count;
                return {};
            }
        }
        std::uint32_t before = 0;
        for (std::uint32_t index = 0; index != count; ++index, at += record_size_) {
            auto const record = wire::load<Record>(sections_.data() + at, strings_.swapped());
            reason const why = record.insn_off % 8 != 0 ? reason::ext_instruction : problem_of(record, types);
            if (why != reason::none) return {why, start + static_cast<std::uint32_t>(at)};
            sorted_ = sorted_ && before <= record.insn_off;
            before = record.insn_off;
        }
        size_ += count;
        return {};
    }

    // `start` is where the sections lie in .BTF.ext.
    constexpr malformed check(std::uint32_t start, view const& types) noexcept {
        for (std::size_t at = 0; at != sections_.size(); at = after(at)) {
            auto const position = start + static_cast<std::uint32_t>(at);
            std::size_t const rest = sections_.size() - at;
            if (rest < section_header) return {reason::ext_section_truncated, position};
            std::uint32_t const count = word(at + 4);
            if (!strings_.contains(word(at))) return {reason::name_outside, position};
            if (count == 0) return {reason::ext_section_empty, position};
            if (count > (rest - section_header) / record_size_) return {reason::ext_section_truncated, position};
            malformed const problem = check_records(at + section_header, count, start, types);
            if (problem.why != reason::none) return problem;
        }
        return {};
    }

    string_section strings_;
    std::string_view sections_;
    std::uint32_t record_size_ = 0;
    std::uint32_t size_ = 0;
    bool sorted_ = true;
};

/// What a compiler says about instructions, from the section .BTF.ext: the types of functions, source lines, and what
/// depends on the types of the kernel (CO-RE). Checked once; strings and types are those of the BTF that it was parsed
/// against. It owns nothing: its bytes and those of the BTF must outlive it.
/// UAPI: `struct btf_ext_header`
/// Since: Linux 5.0
/// Costs: parse takes one pass over the records, no allocation
class ext_view {
    // Defined before its caller: clang must be able to run it inside the constants of other code.
    static constexpr std::uint32_t without_core = 24;
    static constexpr std::uint32_t with_core = 32;

    // The header has the table's offset at `field` and its length behind that.
    template <class Record>
    [[nodiscard]] constexpr malformed read(ext_table<Record>& table, std::string_view blob, std::uint32_t field,
                                           view const& types) noexcept {
        bool const swapped = types.is_swapped();
        auto const word = [&](std::size_t at) { return wire::load_u32(blob.data() + at, swapped); };
        std::uint32_t const length = word(field + 4);
        if (length == 0) return {};
        std::uint64_t const start = std::uint64_t{word(4)} + word(field);
        if (start > blob.size() || length > blob.size() - start) return {reason::ext_table_outside, field};
        if (length < 4) return {reason::ext_section_truncated, field + 4};
        auto const at = static_cast<std::uint32_t>(start);
        table.record_size_ = word(at);
        bool const known = table.record_size_ >= sizeof(Record) && table.record_size_ % 4 == 0;
        if (!known) return {reason::ext_record_size, at};
        table.strings_ = types.strings();
        table.sections_ = {blob.data() + at + 4, length - 4};
        return table.check(at + 4, types);
    }

  public:
    constexpr ext_view() noexcept = default;

    [[nodiscard]] static constexpr parsed<ext_view> parse(std::string_view blob, view const& types) noexcept {
        if (blob.size() > 0xffff'ffff) return malformed{reason::blob_too_large, 0};
        auto const size = static_cast<std::uint32_t>(blob.size());
        if (size < without_core) return malformed{reason::header_truncated, size};
        bool const swapped = types.is_swapped();
        parsed<bool> const order = detail::find_byte_order(blob);
        if (!order || *order != swapped) return malformed{reason::ext_header, 0};
        if (blob[2] != wire::version) return malformed{reason::unknown_version, 2};
        std::uint32_t const header = wire::load_u32(blob.data() + 4, swapped);
        if (header < without_core || header > size) return malformed{reason::ext_header, 4};

        ext_view made;
        malformed problem = made.read(made.functions_, blob, 8, types);
        if (problem.why == reason::none) problem = made.read(made.lines_, blob, 16, types);
        if (problem.why == reason::none && header >= with_core) problem = made.read(made.core_, blob, 24, types);
        if (problem.why != reason::none) return problem;
        return made;
    }
    [[nodiscard]] static parsed<ext_view> parse(std::span<std::byte const> blob, view const& types) noexcept {
        return parse(std::string_view{reinterpret_cast<char const*>(blob.data()), blob.size()}, types);
    }

    /// The type of every function.
    [[nodiscard]] constexpr ext_table<sys::info::func_info> const& functions() const& noexcept { return functions_; }
    /// The source lines.
    [[nodiscard]] constexpr ext_table<sys::info::line_info> const& lines() const& noexcept { return lines_; }
    /// What depends on the types of the kernel.
    [[nodiscard]] constexpr ext_table<sys::info::core_relo> const& core() const& noexcept { return core_; }

    ext_table<sys::info::func_info> const& functions() const&& = delete; // keep the view in a variable
    ext_table<sys::info::line_info> const& lines() const&& = delete;     // keep the view in a variable
    ext_table<sys::info::core_relo> const& core() const&& = delete;      // keep the view in a variable

  private:
    ext_table<sys::info::func_info> functions_;
    ext_table<sys::info::line_info> lines_;
    ext_table<sys::info::core_relo> core_;
};

} // namespace bpfxx::btf
