#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/core/access.hpp>
#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/malformed.hpp>
#include <bpfxx/core/match.hpp>

#include <cstdint>
#include <limits>
#include <string_view>

namespace bpfxx::core::detail {

/// Where an access leads to: a member or an element, an enumerator, or a type as a whole.
struct place {
    btf::type_id root{};
    btf::type_id type{}; // of the struct, union or enum that has it; of the element
    std::uint32_t index = 0;
    bool is_named = false;
    std::uint64_t bit_offset = 0;
};

/// Where an access ends in the object itself.
[[nodiscard]] constexpr place place_of(access const& from, btf::type_id root) noexcept {
    if (from.count == 0) return {.root = root};
    step const& last = from.steps[from.count - 1];
    return {root, last.type, last.index, !last.name.empty(), from.bit_offset};
}

/// Follows the steps of an access through a type of the target.
template <class Target>
class locator {
  public:
    constexpr locator(local_types const& local, Target& target, effort& spent) noexcept
        : local_{local}, target_{target}, spent_{spent} {}

    /// Says whether the candidate has what the access leads to, and where.
    constexpr bool find(access const& wanted, core_relo_kind kind, btf::type_id local_root, btf::type_id candidate,
                        place& found) noexcept {
        found = {.root = candidate};
        switch (subject_of(kind)) {
        case subject::enumerator: return find_enumerator(wanted.steps[0].name, found);
        case subject::field: return find_field(wanted, found);
        default: break;
        }
        matcher<Target> compare{local_, target_, spent_};
        return kind == core_relo_kind::type_matches ? compare.types_match(local_root, candidate)
                                                    : compare.types_fit(local_root, candidate);
    }

  private:
    constexpr bool find_enumerator(std::string_view name, place& found) noexcept {
        btf::type const holder = plain(target_, found.root, spent_);
        std::string_view const wanted = essential_name(name);
        std::uint32_t index = 0;
        for (btf::enumerator const candidate : holder.enumerators()) {
            if (essential_name(candidate.name()) == wanted) {
                found.type = holder.id();
                found.index = index;
                found.is_named = true;
                return true;
            }
            ++index;
        }
        return false;
    }

    constexpr bool find_field(access const& wanted, place& found) noexcept {
        current_ = found.root;
        depth_ = 0;
        for (std::uint32_t at = 0; at < wanted.count; ++at) {
            step const& next = wanted.steps[at];
            if (next.name.empty() ? !enter_element(next, at == 0, found) : !enter_member(next, current_, found)) {
                return false;
            }
        }
        return !spent_.failed();
    }

    constexpr bool enter_element(step const& wanted, bool is_first, place& found) noexcept {
        btf::type const holder = plain(target_, current_, spent_);
        current_ = holder.id();
        // The first number counts whole objects from the pointer on: the candidate itself is the element.
        if (!is_first) {
            auto const shape = holder.array();
            if (!shape) return false;
            bool const flexible = is_flexible(target_, found.type, found.index, found.is_named, *shape);
            if (!flexible && wanted.index >= shape->count) return false;
            current_ = plain(target_, shape->element, spent_).id();
        }
        if (++depth_ > longest_access) return spent_.fail(reason::chain_too_long);
        found.type = current_;
        found.index = wanted.index;
        found.is_named = false;
        return move_by(target_, wanted.index, current_, found.bit_offset, spent_);
    }

    /// Looks into anonymous structs and unions as well, whose members count as those of the outer one.
    constexpr bool enter_member(step const& wanted, btf::type_id in, place& found) noexcept {
        btf::type const holder = plain(target_, in, spent_);
        std::uint64_t const outer = found.bit_offset;
        if (depth_ == longest_access) return spent_.fail(reason::chain_too_long);
        ++depth_;
        std::uint32_t index = 0;
        for (btf::member const candidate : holder.members()) {
            if (!spent_.spend()) return false;
            found.bit_offset = outer + candidate.bit_offset();
            if (found.bit_offset > std::numeric_limits<std::uint32_t>::max()) return spent_.fail(reason::too_far);
            if (candidate.has_name(wanted.name)) return enter_field(wanted, holder.id(), index, candidate, found);
            if (candidate.name().empty() && enter_member(wanted, candidate.type(), found)) return true;
            ++index;
        }
        --depth_;
        return false;
    }

    constexpr bool enter_field(step const& wanted, btf::type_id holder, std::uint32_t index, btf::member candidate,
                               place& found) noexcept {
        found.type = holder;
        found.index = index;
        found.is_named = true;
        current_ = candidate.type();
        btf::type_id const ours = local_.type(wanted.type).members().at(wanted.index)->type();
        return matcher<Target>{local_, target_, spent_}.fields_fit(ours, candidate.type());
    }

    local_types const& local_;
    Target& target_;
    effort& spent_;
    btf::type_id current_{};
    std::uint32_t depth_ = 0;
};

} // namespace bpfxx::core::detail
