#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/object/externs.hpp>
#include <bpfxx/object/kconfig_type.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx::object {

namespace detail {

/// A number as C writes it, with a sign, in base 10, 16 or 8; nothing for anything else, and for more than 64 bits.
[[nodiscard]] constexpr std::optional<std::uint64_t> number_in(std::string_view text) noexcept {
    bool const is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.remove_prefix(1);
    std::uint32_t base = 10;
    if (text.size() > 1 && text[0] == '0') {
        base = (text[1] | 0x20) == 'x' ? 16 : 8;
        text.remove_prefix(base == 16 ? 2 : 1);
    }
    if (text.empty()) return {};
    std::uint64_t made = 0;
    for (char const one : text) {
        auto const letter = static_cast<std::uint32_t>((one | 0x20) - 'a');
        auto const digit = one >= '0' && one <= '9' ? static_cast<std::uint32_t>(one - '0') : letter + 10;
        if (digit >= base) return {};
        if (made > (std::numeric_limits<std::uint64_t>::max() - digit) / base) return {};
        made = made * base + digit;
    }
    return is_negative ? 0 - made : made;
}

/// Whether a number keeps its value in an integer of fewer bytes.
[[nodiscard]] constexpr bool holds(kconfig_type type, std::uint64_t value) noexcept {
    if (type.size == 8) return true;
    std::uint32_t const bits = type.size * 8;
    std::uint64_t const shifted = type.is_signed ? value + (std::uint64_t{1} << (bits - 1)) : value;
    return shifted >> bits == 0;
}

} // namespace detail

/// Writes the values of the kernel's options into the contents of the map that .kconfig becomes, each in the type of its
/// variable. Of two values for an option the first one counts.
/// Costs: no allocation; a binary search for each line
class kconfig_values {
  public:
    /// `externs` in the order of their names, as the image has them; `found` from `begin_externs`. `contents` starts as
    /// zeros, of at least `kconfig_size` bytes.
    constexpr kconfig_values(btf::indexed_view const& types, slice<extern_symbol const> externs,
                             slice<resolved_extern> found, std::span<char> contents) noexcept
        : types_{types}, externs_{externs}, found_{found}, contents_{contents} {}

    /// Whether a variable of any option still has no value.
    [[nodiscard]] constexpr bool is_complete() const noexcept {
        for (std::size_t at = 0; at != externs_.size(); ++at)
            if (is_option(externs_[at]) && !found_[at].is_set) return false;
        return true;
    }

    /// Sets the variable of an extern, by its number, to what is known of the kernel without its configuration.
    /// Errors: extern_value it has no integer's type, or one that is too small
    constexpr malformed set(std::size_t number, std::uint64_t value) noexcept {
        return set_number(number, kconfig_type_of(types_, externs_[number].type), value);
    }

    /// Reads one line, without its end. What does not start with CONFIG_ is a comment.
    /// Errors: extern_value with the name of the variable; extern_option_line
    constexpr malformed read_line(std::string_view line) noexcept {
        if (!line.starts_with("CONFIG_")) return {};
        std::size_t const end = line.find('=');
        if (end >= line.size() - 1) return reason::extern_option_line;
        auto const number = find(line.substr(0, end));
        if (!number || found_[*number].is_set) return {};
        std::string_view const value = line.substr(end + 1);
        kconfig_type const type = kconfig_type_of(types_, externs_[*number].type);
        switch (value[0]) {
        case 'y':
        case 'm':
        case 'n': return set_letter(*number, type, value[0]);
        case '"': return set_text(*number, type, value);
        default: break;
        }
        auto const parsed = detail::number_in(value);
        if (!parsed || type.kind == kconfig_kind::boolean) return failed(*number, reason::extern_value);
        return set_number(*number, type, *parsed);
    }

    /// Reads a whole configuration; the offset of what is wrong is the start of its line.
    /// Errors: as `read_line`
    constexpr malformed read(std::string_view text) noexcept {
        for (std::size_t start = 0; start < text.size();) {
            std::size_t const end = text.find('\n', start);
            std::size_t const length = (end == std::string_view::npos ? text.size() : end) - start;
            malformed problem = read_line(text.substr(start, length));
            if (problem.why != reason::none) {
                problem.offset = start;
                return problem;
            }
            start += length + 1;
        }
        return {};
    }

  private:
    [[nodiscard]] static constexpr bool is_option(extern_symbol const& one) noexcept {
        return one.from == extern_source::kconfig && one.name.starts_with("CONFIG_");
    }

    [[nodiscard]] constexpr malformed failed(std::size_t number, reason why) const noexcept {
        return {why, no_section, 0, externs_[number].name};
    }

    [[nodiscard]] constexpr std::optional<std::size_t> find(std::string_view name) const noexcept {
        auto const at = detail::first_not(externs_, [&](extern_symbol const& one) { return one.name < name; });
        if (at == externs_.size() || externs_[at].name != name || !is_option(externs_[at])) return {};
        return at;
    }

    constexpr malformed set_letter(std::size_t number, kconfig_type type, char letter) noexcept {
        switch (type.kind) {
        case kconfig_kind::boolean:
            if (letter == 'm') break;
            return put(number, type.size, letter == 'y');
        case kconfig_kind::tristate: return put(number, type.size, letter == 'y' ? 1 : letter == 'm' ? 2 : 0);
        case kconfig_kind::character: return put(number, type.size, static_cast<unsigned char>(letter));
        default: break;
        }
        return failed(number, reason::extern_value);
    }

    constexpr malformed set_text(std::size_t number, kconfig_type type, std::string_view value) noexcept {
        if (type.kind != kconfig_kind::text || value.size() < 2 || !value.ends_with('"'))
            return failed(number, reason::extern_value);
        // A zero stays behind it, whatever its length.
        std::string_view const held = value.substr(1, value.size() - 2).substr(0, type.size - 1);
        std::uint64_t const place = found_[number].place;
        if (!has_room(place, type.size)) return reason::storage_too_small;
        for (std::size_t at = 0; at != held.size(); ++at) contents_[place + at] = held[at];
        found_[number].is_set = true;
        return {};
    }

    constexpr malformed set_number(std::size_t number, kconfig_type type, std::uint64_t value) noexcept {
        bool const is_boolean = type.kind == kconfig_kind::boolean;
        bool const is_integer = is_boolean || type.kind == kconfig_kind::character || type.kind == kconfig_kind::number;
        bool const fits = is_integer && (!is_boolean || value <= 1) && detail::holds(type, value);
        return fits ? put(number, type.size, value) : failed(number, reason::extern_value);
    }

    [[nodiscard]] constexpr bool has_room(std::uint64_t place, std::uint32_t size) const noexcept {
        return place <= contents_.size() && contents_.size() - place >= size;
    }

    constexpr malformed put(std::size_t number, std::uint32_t size, std::uint64_t value) noexcept {
        std::uint64_t const place = found_[number].place;
        if (!has_room(place, size)) return reason::storage_too_small;
        for (std::uint32_t byte = 0; byte != size; ++byte) {
            std::uint32_t const shift = std::endian::native == std::endian::little ? byte : size - 1 - byte;
            contents_[place + byte] = static_cast<char>(value >> 8 * shift);
        }
        found_[number].is_set = true;
        return {};
    }

    btf::indexed_view const& types_;
    slice<extern_symbol const> externs_;
    slice<resolved_extern> found_;
    std::span<char> contents_;
};

} // namespace bpfxx::object
