#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstdint>

namespace bpfxx {

/// What a descriptor refers to; the first six are bpf(2)'s own, the others are opened elsewhere and lent to it.
namespace kind {

struct map;
struct program;
struct link;
struct btf;
struct token;
struct iterator;
struct statistics;

struct cgroup;
struct netns;
struct perf_event; // NOLINT(bugprone-forward-declaration-namespace): program_kind has one too
struct socket;
struct directory;
struct device;
struct task;
struct file;
struct netlink;

} // namespace kind

template <class Kind>
class owned_fd;

/// A borrowed descriptor of one kind; the owner must outlive it. There is no conversion from or to int by accident:
/// `fd_ref<kind::cgroup>::from_raw(number)` says who vouches for it, `raw()` gives the number back.
template <class Kind>
class fd_ref {
  public:
    /// Borrows a descriptor that something else owns and that the caller knows to be of this kind.
    [[nodiscard]] static constexpr fd_ref from_raw(int number) noexcept { return {number, vouched{}}; }

    fd_ref(owned_fd<Kind> const& owner) noexcept : number_{owner.raw()} {}
    fd_ref(owned_fd<Kind> const&&) = delete; // borrows from a temporary that closes at once: name the owner
    fd_ref(int) = delete; // a number does not say what it refers to: fd_ref<...>::from_raw(number) does

    [[nodiscard]] constexpr int raw() const noexcept { return number_; }

    friend constexpr bool operator==(fd_ref, fd_ref) noexcept = default;

  private:
    struct vouched {};

    constexpr fd_ref(int number, vouched) noexcept : number_{number} {}

    std::int32_t number_;
};

/// A borrowed descriptor, or none: the kernel reads 0 as none, and bpfxx never owns a descriptor 0.
template <class Kind>
class optional_fd_ref {
  public:
    constexpr optional_fd_ref() noexcept = default;
    constexpr optional_fd_ref(fd_ref<Kind> fd) noexcept : number_{fd.raw()} {}
    optional_fd_ref(owned_fd<Kind> const& owner) noexcept : number_{owner.raw()} {}
    optional_fd_ref(owned_fd<Kind> const&&) = delete; // borrows from a temporary that closes at once: name the owner
    optional_fd_ref(int) = delete; // a number does not say what it refers to: fd_ref<...>::from_raw(number) does

    [[nodiscard]] constexpr int raw() const noexcept { return number_; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return number_ != 0; }

    friend constexpr bool operator==(optional_fd_ref, optional_fd_ref) noexcept = default;

  private:
    std::int32_t number_ = 0;
};

/// A borrowed descriptor of one kind as a parameter `fd_ref_of<Kind> auto`, for functions that most programs do not call:
/// the compiler looks into them, and at what they give back, only for those that do.
template <class T, class Kind>
concept fd_ref_of = std::same_as<T, fd_ref<Kind>>;

/// A borrowed descriptor of any of some kinds, for attributes that take several.
template <class... Kinds>
class any_fd_ref {
  public:
    template <class Kind>
        requires(std::same_as<Kind, Kinds> || ...)
    constexpr any_fd_ref(fd_ref<Kind> fd) noexcept : number_{fd.raw()} {}

    template <class Kind>
        requires(std::same_as<Kind, Kinds> || ...)
    any_fd_ref(owned_fd<Kind> const& owner) noexcept : number_{owner.raw()} {}

    template <class Kind>
    any_fd_ref(owned_fd<Kind> const&&) = delete; // borrows from a temporary that closes at once: name the owner
    any_fd_ref(int) = delete; // a number does not say what it refers to: fd_ref<...>::from_raw(number) does

    [[nodiscard]] constexpr int raw() const noexcept { return number_; }

  private:
    std::int32_t number_;
};

/// As `any_fd_ref`, or none.
template <class... Kinds>
class optional_any_fd_ref {
  public:
    constexpr optional_any_fd_ref() noexcept = default;
    constexpr optional_any_fd_ref(any_fd_ref<Kinds...> fd) noexcept : number_{fd.raw()} {}

    template <class Kind>
        requires(std::same_as<Kind, Kinds> || ...)
    constexpr optional_any_fd_ref(fd_ref<Kind> fd) noexcept : number_{fd.raw()} {}

    template <class Kind>
        requires(std::same_as<Kind, Kinds> || ...)
    optional_any_fd_ref(owned_fd<Kind> const& owner) noexcept : number_{owner.raw()} {}

    template <class Kind>
    optional_any_fd_ref(owned_fd<Kind> const&&) = delete; // borrows from a temporary that closes at once: name it
    optional_any_fd_ref(int) = delete; // a number does not say what it refers to: fd_ref<...>::from_raw(number) does

    [[nodiscard]] constexpr int raw() const noexcept { return number_; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return number_ != 0; }

  private:
    std::int32_t number_ = 0;
};

} // namespace bpfxx
