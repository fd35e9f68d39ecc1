#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/essential_name.hpp>
#include <bpfxx/core/malformed.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::core::detail {

/// How deep types may be nested before they are given up, as in the reference loader.
inline constexpr std::uint32_t deepest = 32;

/// Of one kind, where both sizes of enums count as one.
[[nodiscard]] constexpr bool is_same_kind(btf::type left, btf::type right) noexcept {
    return left.kind() == right.kind() || (left.is_enum() && right.is_enum());
}

[[nodiscard]] constexpr bool is_plain_integer(btf::type what) noexcept { return what.integer()->bit_offset == 0; }

/// Compares types of the object with types of a target; three relations, from the loosest to the strictest.
template <class Target>
class matcher {
  public:
    constexpr matcher(local_types const& local, Target& target, effort& spent) noexcept
        : local_{local}, target_{target}, spent_{spent} {}

    /// Whether a field of one type may be read where the program reads one of the other. Sizes and signs of integers may
    /// differ, which the value of the relocation tells, and so may what pointers point to.
    [[nodiscard]] constexpr bool fields_fit(btf::type_id local, btf::type_id target) noexcept {
        for (std::uint32_t step = 0; step < deepest; ++step) {
            btf::type const ours = plain(local_, local, spent_);
            btf::type const theirs = plain(target_, target, spent_);
            if (ours.is_composite() && theirs.is_composite()) return true;
            if (!is_same_kind(ours, theirs)) return false;
            switch (ours.kind()) {
            case btf::kind::ptr:
            case btf::kind::float_: return true;
            case btf::kind::fwd:
            case btf::kind::enum_:
            case btf::kind::enum64: return ours.is_anonymous() || theirs.is_anonymous() || names_fit(ours, theirs);
            case btf::kind::int_: return is_plain_integer(ours) && is_plain_integer(theirs);
            case btf::kind::array:
                local = ours.array()->element;
                target = theirs.array()->element;
                continue;
            default: return false;
            }
        }
        return spent_.fail(reason::chain_too_long);
    }

    /// Whether a type of the target is the one that the program means: the same kinds all the way down, whatever members
    /// there are. The caller has compared the names.
    [[nodiscard]] constexpr bool types_fit(btf::type_id local, btf::type_id target) noexcept {
        return kinds_fit(local, target, deepest);
    }

    /// Whether all that the program knows of a type is true in the target: members by name with matching types, integers
    /// by size and sign, enumerators by name. What lies behind a pointer has to have the same name and kind only.
    [[nodiscard]] constexpr bool types_match(btf::type_id local, btf::type_id target) noexcept {
        return parts_match(local, target, false, deepest);
    }

  private:
    [[nodiscard]] static constexpr bool names_fit(btf::type ours, btf::type theirs) noexcept {
        return is_same_but_flavour(ours.name(), theirs.name());
    }

    constexpr bool kinds_fit(btf::type_id local, btf::type_id target, std::uint32_t levels) noexcept {
        for (std::uint32_t step = 0; step < deepest; ++step) {
            if (!spent_.spend()) return false;
            btf::type const ours = plain(local_, local, spent_);
            btf::type const theirs = plain(target_, target, spent_);
            if (!is_same_kind(ours, theirs)) return false;
            switch (ours.kind()) {
            case btf::kind::unkn:
            case btf::kind::struct_:
            case btf::kind::union_:
            case btf::kind::enum_:
            case btf::kind::enum64:
            case btf::kind::fwd: return true;
            case btf::kind::int_: return is_plain_integer(ours) && is_plain_integer(theirs);
            case btf::kind::array:
                local = ours.array()->element;
                target = theirs.array()->element;
                continue;
            case btf::kind::func_proto:
                if (!parameters_fit(ours, theirs, levels)) return false;
                [[fallthrough]];
            case btf::kind::ptr:
                local = ours.referenced();
                target = theirs.referenced();
                continue;
            default: return false;
            }
        }
        return spent_.fail(reason::chain_too_long);
    }

    constexpr bool parameters_fit(btf::type ours, btf::type theirs, std::uint32_t levels) noexcept {
        if (ours.vlen() != theirs.vlen()) return false;
        if (ours.vlen() != 0 && levels == 0) return spent_.fail(reason::chain_too_long);
        auto other = theirs.parameters().begin();
        for (btf::parameter const one : ours.parameters()) {
            if (!kinds_fit(one.type(), (*other).type(), levels - 1)) return false;
            ++other;
        }
        return true;
    }

    constexpr bool parts_match(btf::type_id local, btf::type_id target, bool pointed_to,
                               std::uint32_t levels) noexcept {
        if (levels == 0) return spent_.fail(reason::chain_too_long);
        for (std::uint32_t step = 0; step < deepest; ++step) {
            if (!spent_.spend()) return false;
            btf::type const ours = plain(local_, local, spent_);
            btf::type const theirs = plain(target_, target, spent_);
            if (!names_fit(ours, theirs)) return false;
            switch (ours.kind()) {
            case btf::kind::fwd: return declarations_match(ours.forward_kind(), theirs, pointed_to);
            case btf::kind::enum_:
            case btf::kind::enum64: return theirs.is_enum() && enums_match(ours, theirs);
            case btf::kind::struct_:
            case btf::kind::union_:
                if (pointed_to) return declarations_match(ours.kind(), theirs, true);
                return ours.kind() == theirs.kind() && members_match(ours, theirs, levels);
            default: break;
            }
            if (ours.kind() != theirs.kind()) return false;
            switch (ours.kind()) {
            case btf::kind::unkn: return true;
            case btf::kind::int_: return ours.size() == theirs.size() && ours.is_signed() == theirs.is_signed();
            case btf::kind::array:
                if (ours.array()->count != theirs.array()->count) return false;
                local = ours.array()->element;
                target = theirs.array()->element;
                continue;
            case btf::kind::func_proto:
                if (!parameters_match(ours, theirs, pointed_to, levels)) return false;
                break;
            case btf::kind::ptr: pointed_to = true; break;
            default: return false;
            }
            local = ours.referenced();
            target = theirs.referenced();
        }
        return spent_.fail(reason::chain_too_long);
    }

    /// Behind a pointer a declaration is as good as a definition.
    [[nodiscard]] static constexpr bool declarations_match(btf::kind wanted, btf::type theirs,
                                                           bool pointed_to) noexcept {
        if (theirs.kind() == btf::kind::fwd) return theirs.forward_kind() == wanted;
        return pointed_to && theirs.kind() == wanted;
    }

    constexpr bool enums_match(btf::type ours, btf::type theirs) noexcept {
        if (ours.size() != theirs.size() || ours.vlen() > theirs.vlen()) return false;
        for (btf::enumerator const wanted : ours.enumerators()) {
            std::string_view const name = essential_name(wanted.name());
            bool found = false;
            for (btf::enumerator const candidate : theirs.enumerators()) {
                if (!spent_.spend()) return false;
                found = essential_name(candidate.name()) == name;
                if (found) break;
            }
            if (!found) return false;
        }
        return true;
    }

    constexpr bool members_match(btf::type ours, btf::type theirs, std::uint32_t levels) noexcept {
        if (ours.vlen() > theirs.vlen()) return false;
        for (btf::member const wanted : ours.members()) {
            if (!has_match(wanted, theirs, levels)) return false;
        }
        return true;
    }

    constexpr bool has_match(btf::member wanted, btf::type theirs, std::uint32_t levels) noexcept {
        std::string_view const name = essential_name(wanted.name());
        for (btf::member const candidate : theirs.members()) {
            if (!spent_.spend()) return false;
            if (essential_name(candidate.name()) != name) continue;
            if (parts_match(wanted.type(), candidate.type(), false, levels - 1)) return true;
        }
        return false;
    }

    constexpr bool parameters_match(btf::type ours, btf::type theirs, bool pointed_to, std::uint32_t levels) noexcept {
        if (ours.vlen() != theirs.vlen()) return false;
        auto other = theirs.parameters().begin();
        for (btf::parameter const one : ours.parameters()) {
            if (!parts_match(one.type(), (*other).type(), pointed_to, levels - 1)) return false;
            ++other;
        }
        return true;
    }

    local_types const& local_;
    Target& target_;
    effort& spent_;
};

} // namespace bpfxx::core::detail
