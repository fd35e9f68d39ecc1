#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/core/malformed.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>

namespace bpfxx::core::detail {

/// What a question about types may cost, and why it was given up. Types from a file can refer to each other in ways that
/// keep a comparison busy for ever: each step is paid from here, and after a failure all further ones fail too.
class effort {
  public:
    static constexpr std::uint32_t limit = 1U << 20;

    constexpr bool spend(std::uint32_t steps = 1) noexcept {
        if (why_ != reason::none) return false;
        if (left_ < steps) return fail(reason::too_much_work);
        left_ -= steps;
        return true;
    }
    constexpr bool fail(reason why) noexcept {
        if (why_ == reason::none) why_ = why;
        return false;
    }
    [[nodiscard]] constexpr bool failed() const noexcept { return why_ != reason::none; }
    [[nodiscard]] constexpr reason why() const noexcept { return why_; }

  private:
    reason why_ = reason::none;
    std::uint32_t left_ = limit;
};

/// The types of the object, in the form that those of a target have.
class local_types {
  public:
    constexpr explicit local_types(btf::indexed_view const& in) noexcept : in_{in} {}

    [[nodiscard]] constexpr btf::type type(btf::type_id id) const noexcept { return in_.type(id); }
    [[nodiscard]] constexpr bool contains(btf::type_id id) const noexcept { return in_.contains(id); }
    [[nodiscard]] constexpr std::uint32_t pointer_size() const noexcept { return 8; }
    [[nodiscard]] constexpr bool is_big_endian() const noexcept { return is_big_endian(in_.view().is_swapped()); }
    [[nodiscard]] constexpr btf::view const& view() const noexcept { return in_.view(); }

    [[nodiscard]] static constexpr bool is_big_endian(bool swapped) noexcept {
        return (std::endian::native == std::endian::big) != swapped;
    }

  private:
    btf::indexed_view in_;
};

/// The type behind all typedefs, qualifiers and type tags; void and a failure when there is no end.
template <class Types>
[[nodiscard]] constexpr btf::type plain(Types& in, btf::type_id id, effort& spent) noexcept {
    btf::type current = in.type(id);
    for (std::uint32_t step = 0; step < 64; ++step) {
        if (!current.is_alias()) return current;
        current = in.type(current.referenced());
    }
    spent.fail(reason::chain_too_long);
    return {};
}

/// Size in bytes; nothing for types without one, and for those of 4 GiB and more, as the reference loader has it.
template <class Types>
[[nodiscard]] constexpr std::optional<std::uint32_t> size_of(Types& in, btf::type_id id) noexcept {
    std::uint64_t count = 1;
    btf::type current = in.type(id);
    for (std::uint32_t step = 0; step < 32; ++step) {
        using enum btf::kind;
        std::uint64_t unit = current.size();
        switch (current.kind()) {
        case array: {
            auto const shape = *current.array();
            if (shape.count != 0 && count > std::numeric_limits<std::uint32_t>::max() / shape.count) return {};
            count *= shape.count;
            current = in.type(shape.element);
            continue;
        }
        case typedef_:
        case volatile_:
        case const_:
        case restrict_:
        case type_tag:
        case decl_tag:
        case var: current = in.type(current.referenced()); continue;
        case ptr: unit = in.pointer_size(); break;
        case int_:
        case struct_:
        case union_:
        case enum_:
        case enum64:
        case float_:
        case datasec: break;
        default: return {};
        }
        if (count != 0 && unit > std::numeric_limits<std::uint32_t>::max() / count) return {};
        return static_cast<std::uint32_t>(unit * count);
    }
    return {};
}

} // namespace bpfxx::core::detail
