#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/parsed.hpp>
#include <bpfxx/probe/argument.hpp>
#include <bpfxx/probe/static_probe.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

// What programs that were compiled with <bpf/usdt.bpf.h> want to find in their map `__bpf_usdt_specs`, by the number that
// is their cookie. The layout is that of libbpf 0.8 and later.
namespace bpfxx::object {

/// Where an argument of a static probe is.
struct static_probe_argument {
    /// The constant, or what is added to the address.
    std::uint64_t value = 0;
    /// 0 a constant, 1 in a register, 2 in memory that a register leads to.
    std::uint32_t place = 0;
    /// Of the register in what the program has as its context.
    std::int16_t register_offset = 0;
    std::uint8_t is_signed = 0;
    /// How many of 64 bits the argument does not have.
    std::uint8_t unused_bits = 0;

    friend constexpr bool operator==(static_probe_argument const&, static_probe_argument const&) noexcept = default;
};

/// The arguments of one site of a static probe, and the cookie that the user gave it.
struct static_probe_spec {
    static constexpr std::size_t most_arguments = 12;

    static_probe_argument arguments[most_arguments]{};
    std::uint64_t cookie = 0;
    std::int16_t argument_count = 0;
    std::uint16_t padding[3]{};

    friend constexpr bool operator==(static_probe_spec const&, static_probe_spec const&) noexcept = default;
};

static_assert(sizeof(static_probe_argument) == 16 && sizeof(static_probe_spec) == 208);
static_assert(std::has_unique_object_representations_v<static_probe_spec>);

/// Why a site's arguments cannot be said that way.
struct spec_problem {
    probe::argument_problem why = probe::argument_problem::none;
    /// Of the argument; `most_arguments` where the site has more than that.
    std::size_t number = 0;

    friend constexpr bool operator==(spec_problem, spec_problem) noexcept = default;
};

namespace detail {

/// An address with an index, one without a register, and a register's second byte have no form there.
[[nodiscard]] constexpr bool can_be_said(probe::argument const& from) noexcept {
    if (from.place == probe::argument_place::constant) return true;
    return from.base && !from.index && from.base->first_bit == 0;
}

[[nodiscard]] constexpr static_probe_argument argument_of(probe::argument const& from) noexcept {
    static_probe_argument made{.value = static_cast<std::uint64_t>(from.number),
                               .is_signed = from.is_signed ? std::uint8_t{1} : std::uint8_t{0},
                               .unused_bits = static_cast<std::uint8_t>(64 - 8 * from.size)};
    if (from.place == probe::argument_place::constant) return made;
    made.place = from.place == probe::argument_place::in_register ? 1 : 2;
    made.register_offset = static_cast<std::int16_t>(from.base->offset);
    return made;
}

} // namespace detail

/// Takes a site's arguments apart.
/// Errors: what `probe::argument` says of the first that is not understood; `unknown_form` its address has an index or
/// no register, it is the second byte of a register, or there are more than 12
[[nodiscard]] constexpr bpfxx::parsed<static_probe_spec, spec_problem> spec_of(probe::probe_site const& site,
                                                                               std::uint64_t cookie) noexcept {
    static_probe_spec made{.cookie = cookie};
    std::size_t const count = site.argument_count();
    if (count > static_probe_spec::most_arguments)
        return spec_problem{probe::argument_problem::unknown_form, static_probe_spec::most_arguments};
    for (std::size_t i = 0; i != count; ++i) {
        auto const argument = site.argument(i);
        if (!argument.is_understood()) return spec_problem{argument.problem, i};
        if (!detail::can_be_said(argument)) return spec_problem{probe::argument_problem::unknown_form, i};
        made.arguments[i] = detail::argument_of(argument);
    }
    made.argument_count = static_cast<std::int16_t>(count);
    return made;
}

} // namespace bpfxx::object
