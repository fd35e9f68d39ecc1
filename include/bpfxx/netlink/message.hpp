#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/netlink/wire.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::netlink {

/// What an attribute or a family's header may be made of: numbers and structs of them, every byte named.
template <class T>
concept wire_value = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T> &&
                     !std::is_pointer_v<T> && !std::is_array_v<T>;

/// The number of an attribute: an enumerator, ours or one of the UAPI headers.
template <class T>
concept attribute_number = std::is_enum_v<T>;

/// One message, built front to back in a buffer of `Capacity` bytes. What does not fit is left out, and the message
/// then has no bytes: it is never sent cut.
template <std::size_t Capacity>
class message {
    static_assert(Capacity >= sizeof(message_header) && Capacity <= 0x8000, "a message has 16 bytes to 32 KiB");

  public:
    template <wire_value Family>
    constexpr message(message_type type, message_flags flags, Family const& family) noexcept {
        append(message_header{.length = 0, .type = type, .flags = flags});
        append(family);
    }

    template <attribute_number Number, wire_value T>
    constexpr void put(Number type, T const& value) noexcept {
        auto const bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
        put_bytes(type, std::span<std::byte const>{bytes});
    }

    /// Text with the NUL that the kernel wants behind it.
    template <attribute_number Number>
    constexpr void put_text(Number type, std::string_view text) noexcept {
        if (!head(type, text.size() + 1)) return;
        for (char const character : text) bytes_[size_++] = static_cast<std::byte>(character);
        ++size_;
        pad();
    }

    template <attribute_number Number>
    constexpr void put_bytes(Number type, std::span<std::byte const> bytes) noexcept {
        if (!head(type, bytes.size())) return;
        for (auto const byte : bytes) bytes_[size_++] = byte;
        pad();
    }

    /// Bytes without an attribute's header, such as the header that starts the description of a veth device's peer.
    template <wire_value T>
    constexpr void append(T const& value) noexcept {
        if (!fits(sizeof(T))) return;
        for (auto const byte : std::bit_cast<std::array<std::byte, sizeof(T)>>(value)) bytes_[size_++] = byte;
        pad();
    }

    /// An attribute that holds others: those that are put while what this returns lives.
    template <attribute_number Number>
    [[nodiscard]] constexpr auto nest(Number type) noexcept {
        auto const start = size_;
        head(type, 0, attribute_is_nest);
        return open_nest{*this, start};
    }

    /// What the socket writes into the message before it sends it.
    constexpr void number(std::uint32_t sequence) noexcept { write(8, sequence); }
    constexpr void add_flags(message_flags flags) noexcept { write(6, this->flags() | flags); }

    [[nodiscard]] constexpr message_flags flags() const noexcept {
        return std::bit_cast<message_flags>(std::array{bytes_[6], bytes_[7]});
    }

    /// The whole message, or nothing where it did not fit.
    [[nodiscard]] constexpr std::span<std::byte const> bytes() noexcept {
        if (too_long_) return {};
        write(0, static_cast<std::uint32_t>(size_));
        return std::span{bytes_}.first(size_);
    }

  private:
    class [[nodiscard]] open_nest {
      public:
        constexpr open_nest(message& of, std::size_t start) noexcept : message_{of}, start_{start} {}
        open_nest(open_nest const&) = delete;
        open_nest& operator=(open_nest const&) = delete;
        constexpr ~open_nest() {
            if (!message_.too_long_) message_.write(start_, static_cast<std::uint16_t>(message_.size_ - start_));
        }

      private:
        message& message_;
        std::size_t start_;
    };

    constexpr bool fits(std::size_t more) noexcept {
        too_long_ = too_long_ || aligned(more) > Capacity - size_;
        return !too_long_;
    }

    template <class Number>
    constexpr bool head(Number type, std::size_t payload, std::uint16_t marks = 0) noexcept {
        too_long_ = too_long_ || payload > Capacity;
        if (!fits(sizeof(attribute_header) + payload)) return false;
        append(attribute_header{static_cast<std::uint16_t>(sizeof(attribute_header) + payload),
                                static_cast<std::uint16_t>(static_cast<std::uint16_t>(type) | marks)});
        return true;
    }

    constexpr void pad() noexcept { size_ = aligned(size_); }

    template <class T>
    constexpr void write(std::size_t at, T const& value) noexcept {
        for (auto const byte : std::bit_cast<std::array<std::byte, sizeof(T)>>(value)) bytes_[at++] = byte;
    }

    alignas(message_header) std::array<std::byte, Capacity> bytes_{};
    std::size_t size_ = 0;
    bool too_long_ = false;
};

} // namespace bpfxx::netlink
