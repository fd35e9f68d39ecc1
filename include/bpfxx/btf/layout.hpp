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
        member what{};
        std::uint64_t bit_offset = 0;
        std::uint64_t size = 0;
        bool exists = false;

        [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
            return what.bitfield_width() != 0 ? what.bitfield_width() : size * 8;
        }
        [[nodiscard]] constexpr layout_place place() const noexcept { return {bit_offset / 8, size, exists}; }
    };

    constexpr bool fail(malformed problem) noexcept {
        found_.set(layout_fault::malformed, {}, {}, problem);
        return false;
    }

    /// The first member that a question holds for.
    template <class Question>
    [[nodiscard]] constexpr candidate find(type btf, Question const& holds) noexcept {
        candidate found;
        member_walk walk{in_};
        parsed<bool> const stopped = walk.run(btf, 0, [&](member what, std::uint64_t bit_offset) {
            parsed<std::uint64_t> const size = size_of(in_, what.type());
            if (!size) return !fail(size.error());
            candidate const each{what, bit_offset, *size, true};
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
        parsed<type> const unit = element_of(id);
        if (!unit) return fail(unit.error());
        shape const* inner = &cxx;
        while (inner->form == kind::array && !inner->opaque) inner = inner->element;
        bool const both_structs = inner->form == kind::struct_ && unit->kind() == kind::struct_;
        // Members first: which of them was moved says more than that the whole has another size.
        if (both_structs && !compare_members(*inner, *unit, offset)) return false;
        if (cxx.size != *size) return differ(layout_fault::differs, {offset, cxx.size, true}, {offset, *size, true});
        return both_structs || compare_units(*inner, *unit, offset);
    }

    /// Once the sizes agree: of two arrays or numbers what they consist of, unless one side sees bytes only.
    constexpr bool compare_units(shape const& cxx, type unit, std::uint64_t offset) noexcept {
        if (cxx.opaque || cxx.form == kind::union_ || unit.kind() == kind::union_) return true;
        bool const cxx_struct = cxx.form == kind::struct_;
        bool const btf_struct = unit.kind() == kind::struct_;
        parsed<std::uint64_t> const size = size_of(in_, unit.id());
        if (!size) return fail(size.error());
        layout_place const here{offset, cxx.size, true};
        layout_place const there{offset, *size, true};
        if ((!cxx_struct && cxx.size == 1) || (!btf_struct && *size == 1)) return true;
        if (cxx_struct != btf_struct) {
            return differ(cxx_struct ? layout_fault::only_cxx_is_struct : layout_fault::only_btf_is_struct, here,
                          there);
        }
        return cxx.size == *size || differ(layout_fault::elements, here, there);
    }

    /// What an array of arrays finally consists of; another type is its own element.
    [[nodiscard]] constexpr parsed<type> element_of(type_id id) const noexcept {
        for (std::uint32_t step = 0; step < chain_limit; ++step) {
            parsed<type> const found = resolve(in_, id);
            if (!found || found->kind() != kind::array) return found;
            id = found->array()->element;
        }
        return malformed{reason::chain_too_long, 0};
    }

    constexpr bool compare_members(shape const& cxx, type btf, std::uint64_t offset) noexcept {
        for (member_shape const& each : cxx.members)
            if (!compare_member(each, btf, offset)) return false;
        return has_no_further_member(cxx, btf, offset);
    }

    constexpr bool compare_member(member_shape const& cxx, type btf, std::uint64_t offset) noexcept {
        candidate const at = best_at(cxx, btf);
        candidate const named = find(btf, [&](candidate const& each) { return each.what.has_name(cxx.name); });
        if (found_.why() != layout_fault::none) return false;
        auto const length = found_.push(cxx.name);
        std::uint64_t const start = offset + cxx.bit_offset / 8;
        layout_place const here{start, cxx.type->size, true};
        layout_place elsewhere = named.place();
        elsewhere.offset += offset;

        bool const moved = named.exists && named.bit_offset != cxx.bit_offset;
        bool const fits = at.exists && at.bits() == bits_of(cxx);
        if (!fits && moved) return differ(layout_fault::differs, here, elsewhere);
        if (!at.exists) {
            if (!overlaps(cxx, btf)) return found_.pop(length); // padding there, filled with a member here
            return found_.why() == layout_fault::none && differ(layout_fault::differs, here, {});
        }
        if (options_.names && !at.what.has_name(cxx.name))
            return differ(layout_fault::name, here, {start, at.size, true});
        if (cxx.bitfield_width != at.what.bitfield_width())
            return differ(layout_fault::differs, here, {start, at.size, true});
        return compare(*cxx.type, at.what.type(), start) && found_.pop(length);
    }

    [[nodiscard]] static constexpr std::uint64_t bits_of(member_shape const& cxx) noexcept {
        return cxx.bitfield_width != 0 ? cxx.bitfield_width : cxx.type->size * 8;
    }

    [[nodiscard]] static constexpr bool meet(std::uint64_t left, std::uint64_t left_bits, std::uint64_t right,
                                             std::uint64_t right_bits) noexcept {
        return left < right + right_bits && right < left + left_bits;
    }

    /// The member at the same place, of a union's the one of the same size.
    [[nodiscard]] constexpr candidate best_at(member_shape const& cxx, type btf) noexcept {
        candidate const same = find(btf, [&](candidate const& each) {
            return each.bit_offset == cxx.bit_offset && each.bits() == bits_of(cxx);
        });
        if (same.exists) return same;
        return find(btf, [&](candidate const& each) { return each.bit_offset == cxx.bit_offset && each.bits() != 0; });
    }

    [[nodiscard]] constexpr bool overlaps(member_shape const& cxx, type btf) noexcept {
        return find(btf,
                    [&](candidate const& each) {
                        return meet(each.bit_offset, each.bits(), cxx.bit_offset, bits_of(cxx));
                    })
            .exists;
    }

    constexpr bool has_no_further_member(shape const& cxx, type btf, std::uint64_t offset) noexcept {
        candidate const extra = find(btf, [&](candidate const& each) {
            for (member_shape const& known : cxx.members)
                if (meet(each.bit_offset, each.bits(), known.bit_offset, bits_of(known))) return false;
            return each.bits() != 0;
        });
        if (found_.why() != layout_fault::none) return false;
        if (!extra.exists) return true;
        found_.push(extra.what.name());
        return differ(layout_fault::differs, {}, {offset + extra.bit_offset / 8, extra.size, true});
    }

    indexed_view const& in_;
    layout_options options_;
    layout_difference found_;
};

} // namespace detail

/// Compares the shape of a C++ type with a type of BTF, through typedefs and qualifiers, arrays and nested structs:
/// sizes, and where members lie and how large they are. Members are matched by place, so names differ freely unless
/// asked for, as do signedness and kinds of numbers. Bytes on either side (an opaque class, a union, an array of
/// characters) match whatever has their size. A member that the BTF lacks is no difference where it has padding in its
/// place, since keys want their padding filled; one that the C++ type lacks is. `root` is what messages call the type,
/// its own name by default.
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
