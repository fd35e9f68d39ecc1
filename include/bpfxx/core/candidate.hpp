#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/core/access.hpp>
#include <bpfxx/core/essential_name.hpp>
#include <bpfxx/core/malformed.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::core {

/// The end of a list of candidates.
inline constexpr std::uint32_t no_candidate = 0xffff'ffff;

/// A type of the object that relocations start at, with the types of the target that may be meant by it.
struct root {
    std::string_view name; // without flavour
    btf::type_id type{};
    std::uint32_t hash = 0;
    std::uint32_t first = no_candidate;
    std::uint32_t last = no_candidate;
    std::uint32_t next_root = no_candidate; // with a similar hash
    btf::kind kind = btf::kind::unkn;
};

/// A type of the target that has the name and the kind of a root.
struct candidate {
    btf::type_id type{};
    std::uint32_t source = 0; // which of the target's blobs has it; 0 is the kernel itself
    std::uint32_t next = no_candidate;
};

namespace detail {

/// Tells most names that nobody asked for by their first four characters.
class name_filter {
  public:
    constexpr void add(std::string_view name) noexcept {
        set(key(name, '\0'));
        // A name shorter than that may go on with the underscores of a flavour.
        if (name.size() < 4) set(key(name, '_'));
    }
    [[nodiscard]] constexpr bool may_have(char const* name) const noexcept {
        std::uint32_t value = 0;
        for (unsigned at = 0; at < 4 && name[at] != '\0'; ++at) value |= byte(name[at]) << 8 * at;
        return has(value);
    }

  private:
    [[nodiscard]] static constexpr std::uint32_t byte(char letter) noexcept {
        return static_cast<unsigned char>(letter);
    }
    [[nodiscard]] static constexpr std::uint32_t key(std::string_view name, char filling) noexcept {
        std::uint32_t value = 0;
        for (unsigned at = 0; at < 4; ++at) value |= byte(at < name.size() ? name[at] : filling) << 8 * at;
        return value;
    }
    [[nodiscard]] static constexpr std::uint32_t place(std::uint32_t key) noexcept { return key * 0x9e37'79b1U >> 20; }
    constexpr void set(std::uint32_t key) noexcept { bits_[place(key) / 64] |= std::uint64_t{1} << place(key) % 64; }
    [[nodiscard]] constexpr bool has(std::uint32_t key) const noexcept {
        return (bits_[place(key) / 64] >> place(key) % 64 & 1) != 0;
    }

    std::array<std::uint64_t, 64> bits_{};
};

} // namespace detail

/// Finds the types of a target that an object's relocations may mean, for exactly the names that the object has: first
/// the roots are noted, then each blob of the target is walked once. The storage is the caller's and must outlive this,
/// as must the object's BTF.
/// Costs: 1.6 KB on its own; 40 bytes for each root, 12 for each candidate; no allocation
class candidates {
  public:
    /// There are at most as many roots as relocations, and as types in the object. A name has rarely more than two
    /// candidates, in all blobs of a target together.
    constexpr candidates(slice<root> roots, slice<candidate> found) noexcept : room_{roots}, found_{found} {
        buckets_.fill(no_candidate);
    }

    /// Notes the types that relocations start at; to be called for all of an object's, before the target is searched.
    /// Errors: no_such_type, anonymous_type, too_few_roots
    constexpr malformed add(btf::indexed_view const& local, slice<core_relo const> relocations,
                            std::uint32_t first_number = 0) noexcept {
        btf::type_id before{};
        for (core_relo const& one : relocations) {
            btf::type_id const type{one.type_id};
            std::uint32_t const number = first_number++;
            if (one.kind == core_relo_kind::type_id_local || (type == before && type != btf::void_id)) continue;
            if (!local.contains(type)) return {reason::no_such_type, number, type};
            if (local.type(type).is_anonymous()) return {reason::anonymous_type, number, type};
            if (!note(local.type(type))) return {reason::too_few_roots, number, type};
            before = type;
        }
        return {};
    }

    /// Ends the adding of roots: nothing is found before.
    constexpr void ready() noexcept {
        for (std::uint32_t at = 0; at < count_; ++at) {
            root& one = room_[at];
            filter_.add(one.name);
            kinds_ |= kinds_like(one.kind);
            std::uint32_t& bucket = buckets_[one.hash % buckets_.size()];
            one.next_root = bucket;
            bucket = at;
        }
    }

    [[nodiscard]] constexpr slice<root> roots() const noexcept { return room_.first(count_); }
    [[nodiscard]] constexpr slice<candidate> all() const noexcept {
        return found_.first(found_count_ < found_.size() ? found_count_ : found_.size());
    }

    /// How many candidates there are, those that the storage had no room for included.
    [[nodiscard]] constexpr std::size_t candidate_count() const noexcept { return found_count_; }

    /// Whether every root has a candidate in the kernel: modules need not be looked into then.
    [[nodiscard]] constexpr bool has_all() const noexcept {
        for (root const& one : roots()) {
            if (one.first == no_candidate) return false;
        }
        return true;
    }

    /// The root of a type; null when no relocation was added that starts at it.
    [[nodiscard]] constexpr root* find(btf::type_id type) const noexcept {
        std::size_t const at = place_of(type);
        return at < count_ && room_[at].type == type ? &room_[at] : nullptr;
    }

    /// Which kinds are asked for, a bit each.
    [[nodiscard]] constexpr std::uint32_t kinds() const noexcept { return kinds_; }

    /// Takes a type of the target, whose kind is one of those asked for, as a candidate wherever it fits. `name` is what
    /// the target's strings hold from its first character on.
    constexpr void consider(std::string_view name, btf::kind kind, btf::type_id type, std::uint32_t source) noexcept {
        if (name.size() >= 4 && !filter_.may_have(name.data())) return;
        std::string_view const essential = essential_name({name.data(), bpfxx::detail::position_of('\0', name)});
        std::uint32_t const hash = detail::hash_of(essential);
        std::uint32_t at = buckets_[hash % buckets_.size()];
        for (; at != no_candidate; at = room_[at].next_root) {
            root& one = room_[at];
            if (one.hash != hash || (kinds_like(one.kind) >> static_cast<unsigned>(kind) & 1) == 0) continue;
            if (one.name == essential) append(one, type, source);
        }
    }

  private:
    /// An enum may have become a wider one, and the other way round.
    [[nodiscard]] static constexpr std::uint32_t kinds_like(btf::kind what) noexcept {
        using enum btf::kind;
        std::uint32_t const both = 1U << static_cast<unsigned>(enum_) | 1U << static_cast<unsigned>(enum64);
        return what == enum_ || what == enum64 ? both : 1U << static_cast<unsigned>(what);
    }

    [[nodiscard]] constexpr std::size_t place_of(btf::type_id type) const noexcept {
        std::size_t low = 0;
        std::size_t high = count_;
        while (low < high) {
            std::size_t const middle = (low + high) / 2;
            (room_[middle].type < type ? low : high) = room_[middle].type < type ? middle + 1 : middle;
        }
        return low;
    }

    constexpr bool note(btf::type type) noexcept {
        std::size_t const place = place_of(type.id());
        if (place < count_ && room_[place].type == type.id()) return true;
        if (count_ == room_.size()) return false;
        for (std::size_t at = count_++; at > place; --at) room_[at] = room_[at - 1];
        std::string_view const name = essential_name(type.name());
        room_[place] = {.name = name, .type = type.id(), .hash = detail::hash_of(name), .kind = type.kind()};
        return true;
    }

    constexpr void append(root& to, btf::type_id type, std::uint32_t source) noexcept {
        // What the kernel itself has, no module is asked for.
        if (source != 0 && to.first != no_candidate && found_[to.first].source == 0) return;
        std::size_t const at = found_count_++;
        if (at >= found_.size()) return;
        found_[at] = {type, source, no_candidate};
        (to.first == no_candidate ? to.first : found_[to.last].next) = static_cast<std::uint32_t>(at);
        to.last = static_cast<std::uint32_t>(at);
    }

    slice<root> room_;
    slice<candidate> found_;
    std::size_t count_ = 0;
    std::size_t found_count_ = 0;
    std::uint32_t kinds_ = 0;
    detail::name_filter filter_{};
    std::array<std::uint32_t, 256> buckets_{};
};

} // namespace bpfxx::core
