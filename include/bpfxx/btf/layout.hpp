#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/layout_difference.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/member_at.hpp>
#include <bpfxx/btf/members.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/shape.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx::btf {

/// What a comparison of layouts asks for beyond offsets and sizes.
struct layout_options {
    /// Members that lie at the same place also have to have the same name.
    bool names = false;
};

namespace detail {

/// Walks a shape, whose depth the compiler has bounded, and asks the BTF at each step: a malformed blob cannot make it
/// go on for ever.
class layout_comparer {
  public:
    constexpr layout_comparer(indexed_view const& in, layout_options options) noexcept : in_{in}, options_{options} {}

    [[nodiscard]] constexpr layout_difference run(shape const& cxx, type_id id, std::string_view root) noexcept {
        found_.push(root);
        compare(cxx, id, 0);
        return found_;
    }

  private:
    /// A member of a BTF struct, those of anonymous structs and unions in their place.
    struct candidate {
        located_member what{};
        bool exists = false;

        /// No struct that exists is half as large as what is counted here as too large to count.
        [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
            constexpr std::uint64_t most_bytes = std::uint64_t{1} << 60;
            if (what.bitfield_width != 0) return what.bitfield_width;
            return (what.size < most_bytes ? what.size : most_bytes) * 8;
        }
        [[nodiscard]] constexpr layout_place place(std::uint64_t offset) const noexcept {
            return {offset + what.offset(), what.size, exists};
        }
    };

    constexpr bool fail(malformed problem) noexcept {
        found_.set(layout_fault::malformed, {}, {}, problem);
        return false;
    }

    /// The first member that a question holds for.
    template <class Question>
    constexpr candidate find(type btf, Question const& holds) noexcept {
        candidate found;
        member_walk walk{in_};
        parsed<bool> const stopped = walk.run(btf, 0, [&](member what, std::uint64_t bit_offset) {
            parsed<located_member> const here = locate(in_, what, bit_offset);
            if (!here) return !fail(here.error());
            candidate const each{*here, true};
            if (!holds(each)) return false;
            found = each;
            return true;
        });
        if (!stopped) fail(stopped.error());
        return found;
    }

    constexpr bool differ(layout_fault why, layout_place cxx, layout_place btf) noexcept {
        found_.set(why, cxx, btf);
        return false;
    }

    /// `offset` is that of the outermost struct's start, in bytes, on both sides.
    constexpr bool compare(shape const& cxx, type_id id, std::uint64_t offset) noexcept {
        parsed<std::uint64_t> const size = size_of(in_, id);
        if (!size) return fail(size.error());
        shape const& inner = element_of(cxx);
        type const unit = element_of(id);
        bool const both_structs = inner.form == kind::struct_ && !inner.opaque && unit.kind() == kind::struct_;
        // Members first: which of them was moved says more than that the whole has another size.
        if (both_structs && !compare_members(inner, unit, offset)) return false;
        if (cxx.size != *size) return differ(layout_fault::differs, {offset, cxx.size, true}, {offset, *size, true});
        std::uint64_t const unit_size = *size_of(in_, unit.id());
        layout_fault const why = compare_units(inner, unit, unit_size);
        return why == layout_fault::none || differ(why, {offset, inner.size, true}, {offset, unit_size, true});
    }

    /// Once the sizes agree: what two arrays or numbers consist of, unless one side sees bytes only.
    [[nodiscard]] static constexpr layout_fault compare_units(shape const& cxx, type unit,
                                                              std::uint64_t unit_size) noexcept {
        if (cxx.opaque || cxx.form == kind::union_ || unit.kind() == kind::union_) return layout_fault::none;
        bool const cxx_struct = cxx.form == kind::struct_;
        bool const btf_struct = unit.kind() == kind::struct_;
        if ((!cxx_struct && cxx.size == 1) || (!btf_struct && unit_size == 1)) return layout_fault::none;
        if (cxx_struct != btf_struct)
            return cxx_struct ? layout_fault::only_cxx_is_struct : layout_fault::only_btf_is_struct;
        return cxx.size == unit_size ? layout_fault::none : layout_fault::elements;
    }

    /// What an array of arrays finally consists of; another type is its own element.
    [[nodiscard]] static constexpr shape const& element_of(shape const& cxx) noexcept {
        shape const* inner = &cxx;
        while (inner->form == kind::array && !inner->opaque) inner = inner->element;
        return *inner;
    }

    /// The same of a type that has a size: finding that has followed all of these references to an end.
    [[nodiscard]] constexpr type element_of(type_id id) const noexcept {
        type found = *resolve(in_, id);
        while (found.kind() == kind::array) found = *resolve(in_, found.array()->element);
        return found;
    }

    constexpr bool compare_members(shape const& cxx, type btf, std::uint64_t offset) noexcept {
        for (member_shape const& each : cxx.members)
            if (!compare_member(each, btf, offset)) return false;
        return has_no_further_member(cxx, btf, offset);
    }

    constexpr bool compare_member(member_shape const& cxx, type btf, std::uint64_t offset) noexcept {
        candidate const at = best_at(cxx, btf);
        candidate const named = find(btf, [&](candidate const& each) { return each.what.name == cxx.name; });
        if (found_.why() != layout_fault::none) return false;
        auto const length = found_.push(cxx.name);
        std::uint64_t const start = offset + cxx.bit_offset / 8;
        layout_place const here{start, cxx.type->size, true};

        bool const moved = named.exists && named.what.bit_offset != cxx.bit_offset;
        bool const fits = at.exists && at.bits() == bits_of(cxx);
        if (!fits && moved) return differ(layout_fault::differs, here, named.place(offset));
        if (!at.exists) {
            if (overlaps(cxx, btf)) return differ(layout_fault::differs, here, {});
            return found_.pop(length); // padding there, filled with a member here
        }
        if (options_.names && at.what.name != cxx.name) return differ(layout_fault::name, here, at.place(offset));
        if (cxx.bitfield_width != at.what.bitfield_width) return differ(layout_fault::differs, here, at.place(offset));
        // Of which integer a bit-field was made says nothing about its place.
        return (cxx.bitfield_width != 0 || compare(*cxx.type, at.what.type, start)) && found_.pop(length);
    }

    [[nodiscard]] static constexpr std::uint64_t bits_of(member_shape const& cxx) noexcept {
        return cxx.bitfield_width != 0 ? cxx.bitfield_width : cxx.type->size * 8;
    }

    [[nodiscard]] static constexpr bool meet(std::uint64_t left, std::uint64_t left_bits, std::uint64_t right,
                                             std::uint64_t right_bits) noexcept {
        return left < right + right_bits && right < left + left_bits;
    }

    /// The member at the same place; of a union's the one that fits best.
    [[nodiscard]] constexpr candidate best_at(member_shape const& cxx, type btf) noexcept {
        candidate best;
        unsigned most = 0;
        find(btf, [&](candidate const& each) {
            if (each.what.bit_offset != cxx.bit_offset || each.bits() == 0) return false;
            type const unit = element_of(each.what.type);
            bool const alike =
                compare_units(element_of(*cxx.type), unit, *size_of(in_, unit.id())) == layout_fault::none;
            unsigned const fit = 1 + (each.bits() == bits_of(cxx) ? 4U : 0U) + (alike ? 2U : 0U) +
                                 (each.what.name == cxx.name ? 1U : 0U);
            if (fit > most) {
                most = fit;
                best = each;
            }
            return fit == 8;
        });
        return best;
    }

    [[nodiscard]] constexpr bool overlaps(member_shape const& cxx, type btf) noexcept {
        auto const meets = [&](candidate const& each) {
            return meet(each.what.bit_offset, each.bits(), cxx.bit_offset, bits_of(cxx));
        };
        return find(btf, meets).exists;
    }

    constexpr bool has_no_further_member(shape const& cxx, type btf, std::uint64_t offset) noexcept {
        candidate const extra = find(btf, [&](candidate const& each) {
            for (member_shape const& known : cxx.members)
                if (meet(each.what.bit_offset, each.bits(), known.bit_offset, bits_of(known))) return false;
            return each.bits() != 0;
        });
        if (found_.why() != layout_fault::none) return false;
        if (!extra.exists) return true;
        found_.push(extra.what.name);
        return differ(layout_fault::differs, {}, extra.place(offset));
    }

    indexed_view const& in_;
    layout_options options_;
    layout_difference found_;
};

} // namespace detail

/// Compares the shape of a C++ type with a type of BTF, through typedefs and qualifiers, arrays and nested structs:
/// sizes, and where members lie and how large they are. Members are matched by place, so names differ freely unless
/// asked for, as do signedness and kinds of numbers; of a union's members at one place the one that fits best counts.
/// Bytes on either side (an opaque class, a union, an array of characters) match whatever has their size. A member that
/// the BTF lacks is no difference where it has padding in its place, since keys want their padding filled; one that the
/// C++ type lacks is. `root` is what messages call the type, its own name by default.
/// Costs: no allocation; for each member a walk over those of the BTF
[[nodiscard]] constexpr layout_difference compare_layout(shape const& cxx, indexed_view const& in, type_id id,
                                                         layout_options options = {},
                                                         std::string_view root = {}) noexcept {
    return detail::layout_comparer{in, options}.run(cxx, id, root.empty() ? cxx.name : root);
}

/// The same of a type: `if (auto const difference = btf::compare<stats>(in, id)) print(difference.text().c_str());`
template <class T>
[[nodiscard]] constexpr layout_difference compare(indexed_view const& in, type_id id,
                                                  layout_options options = {}) noexcept {
    return compare_layout(shape_of<std::remove_cv_t<T>>, in, id, options);
}

} // namespace bpfxx::btf
