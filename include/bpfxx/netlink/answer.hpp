#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/error.hpp>
#include <bpfxx/netlink/reader.hpp>
#include <bpfxx/netlink/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::netlink {

/// What the kernel says in words beside an errno, as it said it, up to 255 characters; empty where it said nothing.
class sentence {
  public:
    static constexpr std::size_t capacity = 255;

    constexpr sentence() noexcept = default;
    constexpr explicit sentence(std::string_view text) noexcept {
        for (char const character : text.substr(0, capacity)) characters_[size_++] = character;
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_, size_}; }
    /// Ends with NUL.
    [[nodiscard]] constexpr char const* c_str() const noexcept { return characters_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

  private:
    char characters_[capacity + 1]{};
    std::size_t size_ = 0;
};

/// Why rtnetlink did not do what it was asked to. Converts to `error`, so that BOOST_OUTCOME_TRY hands it on through
/// functions that return `result`, without the words.
/// UAPI: `struct nlmsgerr`, NLMSGERR_ATTR_MSG
/// Since: Linux 4.12 for the words
struct refusal {
    error failure;
    /// Such as "Cannot find specified qdisc on specified device."
    sentence text{};

    [[nodiscard]] constexpr operator error() const noexcept { return failure; }
};

using bpfxx::describe; // of a refusal, too

/// An acknowledgement, which is a refusal where its code is not 0.
struct acknowledgement {
    /// 0, or a negative errno.
    std::int32_t code;
    std::string_view text;
};

namespace detail {

/// Where in an acknowledgement the attributes start: behind the header of what is acknowledged, and all of that where
/// the kernel did not leave it out.
constexpr std::optional<std::size_t> attributes_start(message_view const& answer) noexcept {
    auto const asked = read<message_header>(answer.payload().subspan(sizeof(std::int32_t)));
    if (!asked) return std::nullopt;
    auto const echoed = has(answer.header().flags, message_flags::capped) ? sizeof(message_header) : asked->length;
    auto const start = sizeof(std::int32_t) + aligned(echoed);
    if (start > answer.payload().size()) return std::nullopt;
    return start;
}

} // namespace detail

/// Reads an answer of type error, or the end of a dump; nothing where it is too short.
[[nodiscard]] inline std::optional<acknowledgement> read_acknowledgement(message_view const& answer) noexcept {
    auto const code = read<std::int32_t>(answer.payload());
    if (!code) return std::nullopt;
    if (!has(answer.header().flags, message_flags::has_attributes)) return acknowledgement{*code, {}};
    bool const ends_dump = answer.header().type == message_type::done;
    auto const start = ends_dump ? std::optional{sizeof(std::int32_t)} : detail::attributes_start(answer);
    if (!start) return acknowledgement{*code, {}};
    return acknowledgement{*code, attributes{answer.payload().subspan(*start)}.text(answer_attribute::text)};
}

} // namespace bpfxx::netlink
