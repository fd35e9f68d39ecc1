#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/wire.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// Messages as they come in: whatever the bytes, nothing outside them is read.
namespace bpfxx::netlink {

using byte_view = std::span<std::byte const>;

/// The value at the start of some bytes, or nothing where they are too few; they need no alignment.
template <wire_value T>
[[nodiscard]] constexpr std::optional<T> read(byte_view bytes) noexcept {
    if (bytes.size() < sizeof(T)) return std::nullopt;
    std::array<std::byte, sizeof(T)> copy{};
    for (std::size_t i = 0; i != copy.size(); ++i) copy[i] = bytes[i];
    return std::bit_cast<T>(copy);
}

class attributes;

/// One attribute of a message.
class attribute {
  public:
    constexpr attribute(std::uint16_t type, byte_view payload) noexcept : type_{type}, payload_{payload} {}

    /// The number without its marks.
    [[nodiscard]] constexpr std::uint16_t type() const noexcept {
        return static_cast<std::uint16_t>(type_ & ~attribute_marks);
    }
    [[nodiscard]] constexpr byte_view payload() const noexcept { return payload_; }

    /// The value, or nothing where there are too few bytes for it.
    template <wire_value T>
    [[nodiscard]] constexpr std::optional<T> as() const noexcept {
        return read<T>(payload_);
    }

    /// The text up to its NUL, or all of it where it has none.
    [[nodiscard]] std::string_view text() const noexcept {
        std::string_view const all{reinterpret_cast<char const*>(payload_.data()), payload_.size()};
        return all.substr(0, all.find('\0'));
    }

    [[nodiscard]] constexpr attributes nested() const noexcept;

  private:
    std::uint16_t type_;
    byte_view payload_;
};

/// The attributes in some bytes, in their order; they end where the bytes make no further whole one.
class attributes {
  public:
    constexpr explicit attributes(byte_view bytes) noexcept : bytes_{bytes} {}

    class iterator {
      public:
        constexpr explicit iterator(byte_view rest) noexcept : rest_{rest} { look(); }

        [[nodiscard]] constexpr attribute operator*() const noexcept {
            return {header_.type, rest_.subspan(sizeof(attribute_header), header_.length - sizeof(attribute_header))};
        }
        constexpr iterator& operator++() noexcept {
            auto const step = aligned(header_.length);
            rest_ = step < rest_.size() ? rest_.subspan(step) : byte_view{};
            look();
            return *this;
        }
        /// Compared with the end alone.
        [[nodiscard]] constexpr bool operator==(std::nullptr_t) const noexcept { return rest_.empty(); }

      private:
        constexpr void look() noexcept {
            auto const header = read<attribute_header>(rest_);
            bool const whole = header && header->length >= sizeof(attribute_header) && header->length <= rest_.size();
            if (whole)
                header_ = *header;
            else
                rest_ = {};
        }

        byte_view rest_;
        attribute_header header_{};
    };

    [[nodiscard]] constexpr iterator begin() const noexcept { return iterator{bytes_}; }
    [[nodiscard]] constexpr std::nullptr_t end() const noexcept { return nullptr; }

    /// The first attribute of this number, or nothing.
    template <attribute_number Number>
    [[nodiscard]] constexpr std::optional<attribute> find(Number type) const noexcept {
        for (auto const found : *this)
            if (found.type() == static_cast<std::uint16_t>(type)) return found;
        return std::nullopt;
    }

    /// What an attribute holds that holds others; empty where there is none.
    template <attribute_number Number>
    [[nodiscard]] constexpr attributes nested(Number type) const noexcept {
        auto const found = find(type);
        return found ? found->nested() : attributes{byte_view{}};
    }

    template <wire_value T, attribute_number Number>
    [[nodiscard]] constexpr std::optional<T> get(Number type) const noexcept {
        auto const found = find(type);
        return found ? found->template as<T>() : std::nullopt;
    }

    /// Empty where there is none.
    template <attribute_number Number>
    [[nodiscard]] std::string_view text(Number type) const noexcept {
        auto const found = find(type);
        return found ? found->text() : std::string_view{};
    }

  private:
    byte_view bytes_;
};

constexpr attributes attribute::nested() const noexcept { return attributes{payload_}; }

/// One message that came in.
class message_view {
  public:
    constexpr message_view(message_header const& header, byte_view payload) noexcept
        : header_{header}, payload_{payload} {}

    [[nodiscard]] constexpr message_header const& header() const noexcept { return header_; }
    [[nodiscard]] constexpr byte_view payload() const noexcept { return payload_; }

    /// The header of the message's family, or nothing where the message is too short for it.
    template <wire_value Family>
    [[nodiscard]] constexpr std::optional<Family> family() const noexcept {
        return read<Family>(payload_);
    }

    /// The attributes behind it.
    template <wire_value Family>
    [[nodiscard]] constexpr attributes behind() const noexcept {
        constexpr auto start = aligned(sizeof(Family));
        return attributes{payload_.size() < start ? byte_view{} : payload_.subspan(start)};
    }

  private:
    message_header header_;
    byte_view payload_;
};

/// Takes the first message from the front of what is left of a datagram, or nothing, and leaves that as it was, where
/// there is no whole one.
[[nodiscard]] constexpr std::optional<message_view> take_message(byte_view& rest) noexcept {
    auto const header = read<message_header>(rest);
    if (!header || header->length < sizeof(message_header) || header->length > rest.size()) return std::nullopt;
    message_view const found{*header, rest.subspan(sizeof(message_header), header->length - sizeof(message_header))};
    auto const step = aligned(header->length);
    rest = step < rest.size() ? rest.subspan(step) : byte_view{};
    return found;
}

} // namespace bpfxx::netlink
