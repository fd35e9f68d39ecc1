#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

// For programs that hand failures on as std::error_code; nothing else of bpfxx needs this header.
//
// A `bpfxx::error` converts to a std::error_code whose value is the errno and whose category is the command's, so that
// neither is lost. It compares equal to a std::errc where libc knows the errno, and to a `bpfxx::errc` always:
//
//     std::error_code const code = made.error();
//     code == std::errc::operation_not_permitted;  code == bpfxx::errc::enotsupp;  code.message();

template <>
struct std::is_error_code_enum<bpfxx::error> : std::true_type {};

template <>
struct std::is_error_condition_enum<bpfxx::errc> : std::true_type {};

namespace bpfxx {

namespace detail {

/// Whether <cerrno> has the number, so that the C++ library's generic category speaks of the same thing.
constexpr bool is_known_to_libc(errc code) noexcept {
    auto const number = static_cast<std::int32_t>(code);
    bool const is_of_kernel_alone = (number >= 512 && number <= 531) || number > 0x1'0000;
    return !is_of_kernel_alone && name(code) != "unknown error";
}

inline std::string message_of(errc code) {
    std::string message{name(code)};
    if (message == "unknown error") message += ' ' + std::to_string(static_cast<std::int32_t>(code));
    return message.append(" (").append(text(code)).append(")");
}

/// What libc has no number for, told without a command.
class errc_category final : public std::error_category {
  public:
    [[nodiscard]] char const* name() const noexcept override { return "bpfxx"; }
    [[nodiscard]] std::string message(int code) const override { return message_of(errc{code}); }
};

} // namespace detail

/// The category of the conditions that libc has no number for, such as `errc::enotsupp`.
[[nodiscard]] inline std::error_category const& errc_category() noexcept {
    static detail::errc_category const category{};
    return category;
}

/// What std::error_codes are compared with: of the generic category where libc knows the number.
[[nodiscard]] inline std::error_condition make_error_condition(errc code) noexcept {
    return {static_cast<int>(code), detail::is_known_to_libc(code) ? std::generic_category() : errc_category()};
}

namespace detail {

/// One for each command: the value of its codes is the errno.
class command_category final : public std::error_category {
  public:
    explicit command_category(command during) noexcept : during_{during} {}

    [[nodiscard]] char const* name() const noexcept override { return "bpfxx"; }
    [[nodiscard]] std::string message(int code) const override {
        return std::string{describe(error{errc{code}, during_}).view()};
    }
    [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
        return make_error_condition(errc{code});
    }
    [[nodiscard]] command during() const noexcept { return during_; }

  private:
    command during_;
};

// The commands by their numbers, then the system calls beside bpf(2), then one for numbers that have no name.
inline constexpr std::array beside_bpf{
    command::duplicate_fd,   command::map_memory,        command::open_file,
    command::read_file,      command::set_socket_option, command::get_socket_option,
    command::write_file,     command::control_file,      command::open_perf_event,
    command::open_socket,    command::send_message,      command::receive_message,
    command::search,         command::read_memory,       command::wait,
    command::watch,          command::lock_file,         command::sleep,
    command::reserve_record,
};
inline constexpr std::size_t category_count = command_count + beside_bpf.size() + 1;

constexpr command command_of_category(std::size_t index) noexcept {
    if (index < command_count) return static_cast<command>(index);
    if (index < category_count - 1) return beside_bpf[index - command_count];
    return command{0xffff'ffff}; // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange): no name is the point
}

using command_categories = std::array<command_category, category_count>;

template <std::size_t... Index>
command_categories const& categories(std::index_sequence<Index...>) noexcept {
    static command_categories const all{command_category{command_of_category(Index)}...};
    return all;
}

inline command_categories const& categories() noexcept {
    return categories(std::make_index_sequence<category_count>{});
}

} // namespace detail

/// The category of the codes of one command; one and the same for all numbers that have no name.
/// Costs: no allocation; a search among the categories
[[nodiscard]] inline std::error_category const& category_of(command during) noexcept {
    for (auto const& category : detail::categories())
        if (category.during() == during) return category;
    return detail::categories().back();
}

/// The failure as a std::error_code: its errno as the value, its command as the category.
[[nodiscard]] inline std::error_code make_error_code(error failure) noexcept {
    return {static_cast<int>(failure.code), category_of(failure.during)};
}

/// The failure that a std::error_code was made from, or nothing where it was not made by bpfxx.
[[nodiscard]] inline std::optional<error> failure_of(std::error_code const& code) noexcept {
    for (auto const& category : detail::categories())
        if (code.category() == category) return error{errc{code.value()}, category.during()};
    return std::nullopt;
}

} // namespace bpfxx
