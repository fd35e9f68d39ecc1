#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/value.hpp>

#include <concepts>
#include <cstdint>

// What user space puts into maps whose elements refer to something else: a descriptor goes in, the kernel keeps what it
// refers to and gives back an id, a cookie or nothing. Each is borrowed for the one call that stores it.
namespace bpfxx {

namespace detail {

/// A handle of a loaded program that says of which type it is; a map does not need to know more of programs.
template <class Program>
concept typed_program = requires(Program const& loaded) {
    typename Program::tag;
    { loaded.fd() } -> std::same_as<fd_ref<kind::program>>;
};

template <class Program, class Kind>
concept program_not_of = typed_program<Program> && !std::same_as<typename Program::tag, Kind>;

} // namespace detail

/// A loaded program of one type as the value of a map: any handle of that type converts to it.
/// `Kind` is one of the tags in `program_kind`.
template <class Kind>
class program_reference {
  public:
    template <detail::typed_program Program>
    program_reference(Program const& loaded) noexcept : number_{loaded.fd().raw()} {}

    template <detail::typed_program Program>
    program_reference(Program const&&) = delete; // borrows from a temporary that closes at once: name the program

    template <detail::program_not_of<Kind> Program>
    program_reference(Program const&) = delete; // this map holds programs of another type than this one

    program_reference(fd_ref<kind::program>) = delete; // a descriptor does not say the program's type: see unchecked()

    /// A program that the caller knows to be of this type.
    [[nodiscard]] static constexpr program_reference unchecked(fd_ref<kind::program> program) noexcept {
        return {program.raw(), vouched{}};
    }

    [[nodiscard]] constexpr int raw() const noexcept { return number_; }

  protected:
    struct vouched {};

    constexpr program_reference(int number, vouched) noexcept : number_{number} {}

  private:
    std::int32_t number_;
};

/// The same, or none: what converts to a reference converts to this, or is refused in the same words.
template <class Kind>
class optional_program_reference : program_reference<Kind> {
    using base = program_reference<Kind>;

  public:
    using base::base;
    using base::raw;

    constexpr optional_program_reference() noexcept : base{0, typename base::vouched{}} {}
    constexpr optional_program_reference(base program) noexcept : base{program} {}
};

/// The kernel's number for a socket, never used again: what getsockopt(2) gives for SO_COOKIE, and programs get from
/// `get_socket_cookie`.
/// UAPI: SO_COOKIE
enum class socket_cookie : std::uint64_t {};

/// A socket as a value of 8 bytes, the size that a cookie needs on its way back.
class socket_reference {
  public:
    constexpr socket_reference(fd_ref<kind::socket> socket) noexcept
        : number_{static_cast<std::uint64_t>(socket.raw())} {}
    template <std::same_as<owned_fd<kind::socket>> Owner>
    socket_reference(Owner const& socket) noexcept : socket_reference{fd_ref<kind::socket>{socket}} {}

    template <std::same_as<owned_fd<kind::socket>> Owner>
    socket_reference(Owner const&&) = delete; // borrows from a temporary that closes at once: name the owner

    socket_reference(int) = delete; // a number does not say what it refers to: fd_ref<...>::from_raw(number) does

  private:
    std::uint64_t number_;
};

/// Elements of 8 bytes: a socket goes in, its cookie comes out. The form to create maps in.
using socket_with_cookie = stored_found<socket_reference, socket_cookie>;

/// Elements of 4 bytes, which the kernel does not give back: the form in which much C code declares its maps, there to
/// open them.
using socket_alone = stored_found<fd_ref<kind::socket>, void>;

} // namespace bpfxx
