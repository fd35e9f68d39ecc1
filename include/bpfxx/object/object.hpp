#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/type.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/loaded_object.hpp>
#include <bpfxx/object/matching_type.hpp>
#include <bpfxx/object/opening.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/record.hpp>
#include <bpfxx/object/typed_map.hpp>
#include <bpfxx/object/value_type.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::object {

namespace detail {

template <auto const& Bytes>
[[nodiscard]] constexpr std::uint32_t find_named_type(std::string_view name) noexcept {
    for (btf::type const type : embedded<Bytes>::types.view().types()) {
        bool const is_value = type.is_composite() || type.is_enum() || type.kind() == btf::kind::typedef_;
        if (is_value && type.has_name(name)) return btf::number(type.id());
    }
    ill_formed("the object's BTF has no type of this name: only what functions, maps and variables use is there");
}

} // namespace detail

/// A BPF object that the compiler has read: what `clang -target bpf` made of a C file becomes maps, programs and
/// variables with names and types, without a generator. `Bytes` is the array in the header that bpfxx-object makes of the
/// object, or one that `embed` makes.
///
///     #include "app.bpf.hpp"
///     using app = bpfxx::object::object<app_object>;
///     auto loaded = app::open().set<"my_pid">(getpid()).load();
///     loaded->attach_all();
///     loaded->map<"counts">().lookup(7);
///
/// A name that the object does not have, a value of another type, a struct with another layout do not compile.
/// Costs: at run time nothing of the file is looked at but what the kernel is given: instructions, BTF and names are
/// constants
template <auto const& Bytes>
class object {
    template <literal Name>
    static constexpr std::uint32_t map_called = detail::map_number<Bytes>(Name.view());

  public:
    using loaded = loaded_object<Bytes>;

    /// What the object contains.
    static constexpr plan const& contents = embedded<Bytes>::plan;

    /// Begins: what is to be set before loading is set on what this gives.
    [[nodiscard]] static opening<Bytes> open() noexcept { return {}; }

    /// The same as `open().load()`.
    [[nodiscard]] static loading<loaded> load() noexcept { return loaded::load({}); }

    /// The types of a map's keys and values, for variables of one's own: `app::map_types<"counts">::key`.
    template <literal Name>
    struct map_types {
        using view = typename detail::typed_map<Bytes, map_called<Name>>::type;
        using key = typename view::key_type;
        using value = typename view::value_type;
    };

    /// A struct, a union or a typedef of the object's source by its name, as a record or what it is:
    /// `app::named<"event">::type`.
    template <literal Name>
    struct named {
        using type = value_type<Bytes, detail::find_named_type<Bytes>(Name.view())>;
    };

    /// Whether a struct of yours has the members of a struct of the object's source, with their places, names and signs;
    /// where not, the compiler says which differs: `static_assert(app::describes<"event", event>())`.
    template <literal Name, class T>
    [[nodiscard]] static consteval bool describes() noexcept {
        return detail::require_same<Bytes, detail::find_named_type<Bytes>(Name.view()), T>();
    }
};

} // namespace bpfxx::object
