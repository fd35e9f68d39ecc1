#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/for_kernel.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/result.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bpfxx::feature {

namespace detail {

using small_builder = btf::builder<160, 48>;

// Each has one thing that kernels learned later than the others, on top of types that every kernel takes.
template <class Add>
consteval auto small_types(Add add) {
    small_builder to;
    auto const integer = to.int_("int", 4, btf::int_encoding::is_signed);
    add(to, integer);
    return to.finish();
}

inline constexpr auto only_integers = small_types([](small_builder&, btf::type_id) {});

inline constexpr auto with_function = small_types(
    [](small_builder& to, btf::type_id integer) { to.func("f", to.func_proto(integer, {{"a", integer}})); });
inline constexpr auto with_section = small_types(
    [](small_builder& to, btf::type_id integer) { to.datasec(".data", 4, {{to.var("v", integer), 0, 4}}); });
inline constexpr auto with_global_function = small_types([](small_builder& to, btf::type_id integer) {
    to.func("f", to.func_proto(integer, {{"a", integer}}), btf::linkage::global);
});
inline constexpr auto with_float = small_types([](small_builder& to, btf::type_id) { to.float_("float", 4); });
inline constexpr auto with_declaration_tag = small_types(
    [](small_builder& to, btf::type_id integer) { to.decl_tag("tag", to.struct_("s", 4, {{"m", integer}})); });
inline constexpr auto with_type_tag =
    small_types([](small_builder& to, btf::type_id integer) { to.ptr(to.type_tag("tag", integer)); });
inline constexpr auto with_wide_enum =
    small_types([](small_builder& to, btf::type_id) { to.enum_("e", 8, {{"E", 0x1'0000'0000}}); });
inline constexpr auto with_optional_section = small_types(
    [](small_builder& to, btf::type_id integer) { to.datasec("?.data", 4, {{to.var("v", integer), 0, 4}}); });

/// The same as a type tag, but with the flag that makes it an attribute: the builder writes no such thing.
inline constexpr auto with_attribute = [] {
    struct {
        btf::wire::header header;
        btf::wire::type_record integer;
        std::uint32_t bits;
        btf::wire::type_record tag;
        btf::wire::type_record pointer;
        char names[12];
    } const blob{
        .header = {btf::wire::magic, btf::wire::version, 0, sizeof(btf::wire::header), 0, 40, 40, 12},
        .integer = {1, btf::wire::make_info(btf::kind::int_), 4},
        .bits = 1U << 24 | 32U,
        .tag = {5, btf::wire::make_info(btf::kind::type_tag, 0, true), 1},
        .pointer = {0, btf::wire::make_info(btf::kind::ptr), 2},
        .names = {'\0', 'i', 'n', 't', '\0', 't', 'a', 'g', '\0', '\0', '\0', '\0'},
    };
    return std::bit_cast<std::array<std::byte, sizeof blob>>(blob);
}();

/// Whether the kernel takes a blob. It says EINVAL of what it does not know.
[[nodiscard]] inline result<bool> takes(std::span<std::byte const> blob,
                                        optional_fd_ref<bpfxx::kind::token> token) noexcept {
    auto const loaded = btf::load(blob, {.token = token});
    if (loaded) return true;
    if (loaded.error().code == errc::einval) return false;
    return loaded.error();
}

} // namespace detail

/// What of BTF the running kernel takes, found by trying: versions say nothing of what distributions add and leave out.
/// An object's BTF is best loaded as it is, and this asked where that is refused: it takes more calls than it is worth
/// before. Nothing is kept: keep the answer where it is needed again.
/// UAPI: BPF_BTF_LOAD
/// Since: Linux 4.18
/// Errors: EPERM CAP_BPF is missing; EINVAL the kernel does not know the command; what else a load of plain integers may
/// say
/// Costs: ten system calls, no allocation
[[nodiscard]] inline result<btf::kernel_features> btf(optional_fd_ref<bpfxx::kind::token> token = {}) noexcept {
    auto const known = bpfxx::btf::load(detail::only_integers, {.token = token});
    if (!known) return known.error();
    bpfxx::btf::kernel_features found;
    struct question {
        std::span<std::byte const> blob;
        bool bpfxx::btf::kernel_features::* answer;
    };
    using has = bpfxx::btf::kernel_features;
    for (question const& each : {question{detail::with_function, &has::functions},
                                 {detail::with_section, &has::data_sections},
                                 {detail::with_global_function, &has::global_functions},
                                 {detail::with_float, &has::floats},
                                 {detail::with_declaration_tag, &has::declaration_tags},
                                 {detail::with_type_tag, &has::type_tags},
                                 {detail::with_wide_enum, &has::wide_enums},
                                 {detail::with_optional_section, &has::optional_sections},
                                 {detail::with_attribute, &has::attributes}}) {
        auto const taken = detail::takes(each.blob, token);
        if (!taken) return taken.error();
        found.*each.answer = *taken;
    }
    return found;
}

} // namespace bpfxx::feature
