#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/layout.hpp>
#include <bpfxx/btf/layout_difference.hpp>
#include <bpfxx/btf/member_at.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/shape.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/bytes.hpp>
#include <bpfxx/object/embed.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx::object {

template <auto const& Bytes, std::uint32_t Id>
class record;

namespace detail {

template <class T>
inline constexpr bool is_record = false;
template <auto const& Bytes, std::uint32_t Id>
inline constexpr bool is_record<record<Bytes, Id>> = true;

/// A struct of the user's.
template <class T>
concept plain_struct = std::is_class_v<T> && plain_bytes<T> && !is_record<T>;

/// The path to a member as an argument of a template, so that compilers print it.
template <std::size_t Size>
struct member_path {
    char characters[Size + 1]{};

    constexpr explicit member_path(std::string_view path) noexcept {
        for (std::size_t at = 0; at != Size; ++at) characters[at] = path[at];
    }
};

/// Who says what of a number.
enum class signed_in : std::uint8_t { cxx_alone, btf_alone };

/// A number that is signed on one side alone.
struct sign_difference {
    bool differ = false;
    signed_in which{};
    btf::layout_difference path{};
};

/// Finds such a number in types whose layouts agree.
class sign_comparer {
  public:
    constexpr explicit sign_comparer(btf::indexed_view const& in) noexcept : in_{in} {}

    [[nodiscard]] constexpr sign_difference run(btf::shape const& cxx, btf::type_id id) noexcept {
        found_.path.push(cxx.name);
        found_.differ = differs(cxx, id);
        return found_;
    }

  private:
    constexpr bool differs(btf::shape const& cxx, btf::type_id id) noexcept {
        btf::shape const* mine = &cxx;
        while (mine->form == btf::kind::array && !mine->opaque) mine = mine->element;
        auto other = btf::resolve(in_, id);
        while (other && other->kind() == btf::kind::array) other = btf::resolve(in_, other->array()->element);
        if (!other || mine->opaque) return false;
        if (mine->form == btf::kind::int_ && other->kind() == btf::kind::int_) return signs_differ(*mine, *other);
        if (mine->form != btf::kind::struct_ || !other->is_composite()) return false;
        for (btf::member_shape const& each : mine->members)
            if (member_differs(each, other->id())) return true;
        return false;
    }

    constexpr bool member_differs(btf::member_shape const& each, btf::type_id in) noexcept {
        auto const member = btf::member_at(in_, in, each.name);
        if (!member) return false; // padding there
        auto const length = found_.path.push(each.name);
        return differs(*each.type, member->type) || !found_.path.pop(length);
    }

    // Whether char is signed is the compiler's choice.
    constexpr bool signs_differ(btf::shape const& mine, btf::type other) noexcept {
        if (mine.name == "char" || other.has_name("char")) return false;
        auto const flags = static_cast<unsigned>(mine.encoding);
        bool const is_signed = (flags & static_cast<unsigned>(btf::int_encoding::is_signed)) != 0;
        found_.which = is_signed ? signed_in::cxx_alone : signed_in::btf_alone;
        return is_signed != other.is_signed();
    }

    btf::indexed_view const& in_;
    sign_difference found_{};
};

template <auto>
inline constexpr bool never_for = false;

// Of these two the names and the arguments are what a compiler prints; the first are paths to members.

/// Each place is {offset, size, whether there is such a member}, in bytes.
template <auto Member, btf::layout_place InCxx, btf::layout_place InBtf>
constexpr void layouts_differ() noexcept {
    static_assert(never_for<InCxx>,
                  "a member of this C++ type lies at another place in the BPF object, has another size or "
                  "another name there, or is missing: its path and both places stand beside");
}

template <auto Member, signed_in Which>
constexpr void signs_differ() noexcept {
    static_assert(never_for<Which>, "a number in this C++ type is signed and the BPF object's is not, or the other way "
                                    "round: its path stands beside");
}

/// Does not compile unless a type of the user's has the members that BTF says, with their names and signs.
template <auto const& Bytes, std::uint32_t Id, class T>
constexpr bool require_same() noexcept {
    constexpr btf::shape const& cxx = btf::shape_of<std::remove_cv_t<T>>;
    constexpr auto layout = btf::compare_layout(cxx, embedded<Bytes>::types, btf::type_id{Id}, {.names = true});
    if constexpr (layout) {
        layouts_differ<member_path<layout.member().size()>{layout.member()}, layout.cxx(), layout.btf()>();
    } else {
        constexpr auto signs = sign_comparer{embedded<Bytes>::types}.run(cxx, btf::type_id{Id});
        if constexpr (signs.differ)
            signs_differ<member_path<signs.path.member().size()>{signs.path.member()}, signs.which>();
    }
    return true;
}

} // namespace detail

} // namespace bpfxx::object
