#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/check.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/core/candidate.hpp>
#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/malformed.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::core {

namespace detail {

/// Whether an integer is called by one of the names of C's long, such as `long unsigned int`: its size is a pointer's.
[[nodiscard]] constexpr bool is_long(std::string_view name) noexcept {
    constexpr std::string_view words[] = {"long", "unsigned", "int"};
    unsigned seen = 0;
    while (!name.empty()) {
        std::size_t const end = bpfxx::detail::position_of(' ', name);
        unsigned word = 0;
        while (word < 3 && words[word] != name.substr(0, end)) ++word;
        if (word == 3 || (seen >> word & 1) != 0) return false;
        seen |= 1U << word;
        name.remove_prefix(end == name.size() ? end : end + 1);
    }
    return (seen & 1) != 0;
}

} // namespace detail

/// The types of the kernel that programs are to run on, or of one of its modules: a blob of millions of bytes of which a
/// few types are read. One walk finds the candidates and notes where every so many types start; a type's own bytes are
/// checked when it is first asked for. It owns nothing: the blob, the storage and the base must outlive it, and it must
/// outlive its types. It changes as it is asked, so two threads need one each.
/// Costs: 1.2 KB on its own, no allocation; indexing is one walk, measured 0.7 ms for the 127,000 types of a kernel
class target {
  public:
    constexpr target() noexcept = default;

    /// The BTF of a kernel, such as /sys/kernel/btf/vmlinux.
    [[nodiscard]] static constexpr btf::parsed<target> open(std::string_view blob) noexcept {
        return read(blob, nullptr);
    }

    /// The BTF of a module: ids and strings go on where those of the kernel end, which has to be indexed already.
    [[nodiscard]] static constexpr btf::parsed<target> open(std::string_view blob, target& base) noexcept {
        if (base.base_ != nullptr) return btf::malformed{btf::reason::base_is_split, 0};
        return read(blob, &base);
    }

    /// Walks the blob once: notes the candidates in it and where types start, every first, second, fourth … of them as
    /// the storage has room; 8,192 numbers make it every 16th of a kernel. To be called where the target stays: it must
    /// not be moved while a module is based on it. `source` is the blob's number among those that the resolver is
    /// given, 0 for the kernel.
    /// Errors: target_malformed; no_checkpoints; too_few_candidates, `wanted.candidate_count()` would do
    constexpr malformed index(std::span<std::uint32_t> checkpoints, candidates& wanted,
                              std::uint32_t source = 0) noexcept {
        if (checkpoints.size() < 2) return {reason::no_checkpoints};
        checkpoints_ = checkpoints;
        pointer_size_ = base_ == nullptr ? 0 : base_->pointer_size_;
        btf::malformed const problem = walk(wanted, source);
        if (problem.why != btf::reason::none) return broken(problem);
        if (wanted.candidate_count() > wanted.all().size()) return {reason::too_few_candidates};
        return {};
    }

    /// The type with an id; void for an id that there is not, and for a type whose bytes are wrong: problem() tells.
    [[nodiscard]] constexpr btf::type type(btf::type_id id) noexcept {
        std::uint32_t const wanted = number(id);
        if (wanted < first_id_) return base_ == nullptr || wanted == 0 ? btf::type{} : base_->type(id);
        if (wanted - first_id_ >= count_) return {};
        known& slot = known_[wanted % known_.size()];
        if (slot.id == wanted) return {id, records_.data() + slot.offset, strings_};
        std::uint32_t const offset = find(wanted - first_id_);
        if (!check(offset)) return {};
        slot = {wanted, offset};
        return {id, records_.data() + offset, strings_};
    }

    /// What was found to be wrong since the index was made, in this blob or in its base's.
    [[nodiscard]] constexpr btf::malformed problem() const noexcept {
        if (problem_.why != btf::reason::none || base_ == nullptr) return problem_;
        return base_->problem();
    }

    [[nodiscard]] constexpr std::uint32_t type_count() const noexcept { return count_; }

    /// 4 where the kernel was built for 32 bits.
    [[nodiscard]] constexpr std::uint32_t pointer_size() const noexcept {
        return pointer_size_ == 0 ? std::uint32_t{sizeof(void*)} : pointer_size_;
    }
    [[nodiscard]] constexpr bool is_big_endian() const noexcept {
        return detail::local_types::is_big_endian(strings_.swapped());
    }

  private:
    struct known {
        std::uint32_t id = 0;
        std::uint32_t offset = 0;
    };

    [[nodiscard]] static constexpr malformed broken(btf::malformed problem) noexcept {
        return {reason::target_malformed, no_relocation, {}, problem};
    }

    [[nodiscard]] static constexpr btf::parsed<target> read(std::string_view blob, target* base) noexcept {
        auto const found = btf::detail::read_header(blob);
        if (!found) return found.error();
        if (base != nullptr && base->strings_.swapped() != found->swapped) {
            return btf::malformed{btf::reason::base_byte_order, 0};
        }
        std::string_view const strings = blob.substr(found->strings, found->strings_length);
        auto const problem = btf::detail::check_strings(strings, found->strings, base != nullptr);
        if (problem.why != btf::reason::none) return problem;
        target made;
        made.strings_ = {strings, base == nullptr ? std::string_view{} : base->strings_.own(), found->swapped};
        made.records_ = blob.substr(found->types, found->types_length);
        made.start_ = found->types;
        made.base_ = base;
        made.first_id_ = base == nullptr ? 1 : base->first_id_ + base->count_;
        return made;
    }

    constexpr btf::malformed walk(candidates& wanted, std::uint32_t source) noexcept {
        using btf::wire::load_u32;
        constexpr std::uint32_t head = sizeof(btf::wire::type_record);
        auto const end = static_cast<std::uint32_t>(records_.size());
        std::uint32_t const kinds = wanted.kinds() | 1U << static_cast<unsigned>(btf::kind::int_);
        bool const swapped = strings_.swapped();
        shift_ = 0;
        noted_ = 0;
        count_ = 0;
        for (std::uint32_t at = 0; at < end; ++count_) {
            if (end - at < head) return {btf::reason::record_truncated, start_ + at};
            std::uint32_t const info = load_u32(records_.data() + at + 4, swapped);
            btf::kind const kind = btf::wire::kind_of(info);
            if ((info & btf::wire::info_reserved) != 0) return {btf::reason::unknown_info_bits, start_ + at + 4};
            if (kind == btf::kind::unkn || kind > btf::last_kind) return {btf::reason::unknown_kind, start_ + at + 4};
            std::uint32_t const trailing = btf::wire::trailing_size(info);
            if (trailing > end - at - head) return {btf::reason::record_truncated, start_ + at};
            if ((count_ & ((1U << shift_) - 1)) == 0) note(at);
            if ((kinds >> static_cast<unsigned>(kind) & 1) != 0) {
                std::uint32_t const name = load_u32(records_.data() + at, swapped);
                if (!strings_.contains(name)) return {btf::reason::name_outside, start_ + at};
                if (name != 0) look_at(name, kind, at, wanted, source);
            }
            at += head + trailing;
        }
        return {};
    }

    /// Doubles the distance between checkpoints when the storage is full.
    constexpr void note(std::uint32_t at) noexcept {
        if (noted_ == checkpoints_.size()) {
            std::size_t kept = 0;
            for (std::size_t from = 0; from < noted_; from += 2) checkpoints_[kept++] = checkpoints_[from];
            noted_ = kept;
            ++shift_;
            if ((count_ & ((1U << shift_) - 1)) != 0) return;
        }
        checkpoints_[noted_++] = at;
    }

    constexpr void look_at(std::uint32_t name, btf::kind kind, std::uint32_t at, candidates& wanted,
                           std::uint32_t source) noexcept {
        if (kind == btf::kind::int_ && pointer_size_ == 0) {
            std::uint32_t const size = btf::wire::load_u32(records_.data() + at + 8, strings_.swapped());
            if ((size == 4 || size == 8) && detail::is_long(strings_.known(name))) pointer_size_ = size;
        }
        if ((wanted.kinds() >> static_cast<unsigned>(kind) & 1) == 0) return;
        wanted.consider(strings_.tail(name), kind, btf::type_id{first_id_ + count_}, source);
    }

    /// Where a type starts; the walk has checked that all up to it can be stepped over.
    [[nodiscard]] constexpr std::uint32_t find(std::uint32_t position) const noexcept {
        std::uint32_t at = checkpoints_[position >> shift_];
        for (std::uint32_t left = position & ((1U << shift_) - 1); left > 0; --left) at += size_at(at);
        return at;
    }

    [[nodiscard]] constexpr std::uint32_t size_at(std::uint32_t at) const noexcept {
        std::uint32_t const info = btf::wire::load_u32(records_.data() + at + 4, strings_.swapped());
        return std::uint32_t{sizeof(btf::wire::type_record)} + btf::wire::trailing_size(info);
    }

    /// Names and ids inside a record have to lie inside the blob or its base.
    constexpr bool check(std::uint32_t at) noexcept {
        btf::detail::record_checker checker{records_.substr(at, size_at(at)), start_ + at, strings_};
        auto const checked = checker.check(first_id_ + count_ - 1);
        if (!checked && problem_.why == btf::reason::none) problem_ = checked.error();
        return static_cast<bool>(checked);
    }

    btf::string_section strings_;
    std::string_view records_;
    std::uint32_t start_ = 0;
    std::uint32_t first_id_ = 1;
    std::uint32_t count_ = 0;
    std::uint32_t pointer_size_ = 0;
    std::span<std::uint32_t> checkpoints_;
    std::size_t noted_ = 0;
    std::uint32_t shift_ = 0;
    target* base_ = nullptr;
    btf::malformed problem_{};
    std::array<known, 128> known_{};
};

} // namespace bpfxx::core
