#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <utility>

namespace bpfxx::sys {

namespace detail {

template <class Kind>
struct id_of;

template <>
struct id_of<kind::map> {
    using type = map_id;
};

template <>
struct id_of<kind::program> {
    using type = program_id;
};

template <>
struct id_of<kind::link> {
    using type = link_id;
};

/// How the info structs of maps, programs and links start: all alike, so asking for the rest is needless for an id.
template <class Kind>
struct info_start {
    using kind = Kind;

    std::uint32_t type = 0;
    typename id_of<Kind>::type id{};
};

} // namespace detail

/// What typed handles of maps, programs and links share: they own a descriptor, lend it, pin what it refers to.
template <class Kind>
class handle {
  public:
    using id_type = typename detail::id_of<Kind>::type;

    /// The descriptor, lent for as long as this handle lives.
    [[nodiscard]] fd_ref<Kind> fd() const& noexcept { return fd_.borrow(); }
    fd_ref<Kind> fd() const&& = delete; // this borrows from a temporary, whose descriptor closes first: name the owner

    /// Gives up the descriptor without closing it.
    [[nodiscard]] owned_fd<Kind> release() && noexcept { return std::move(fd_); }

    /// The kernel's number for the object.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 4.13; links 5.8
    /// Costs: one system call, no allocation
    [[nodiscard]] result<id_type> id() const noexcept {
        auto const start = get_info<detail::info_start<Kind>>(fd_.borrow());
        if (!start) return start.error();
        return (*start)->id;
    }

    /// Gives the object a path in the BPF file system, which keeps it alive when its descriptors are closed.
    /// UAPI: BPF_OBJ_PIN
    /// Since: Linux 4.4; links 5.7
    /// Errors: EEXIST the path is taken; EPERM not in a BPF file system, or a dot in the name; ENOENT no such directory
    /// Costs: one system call, no allocation
    [[nodiscard]] result<void> pin(char const* path) const noexcept { return sys::pin(fd_.borrow(), path); }

    /// The same with a path relative to a directory.
    /// Since: Linux 6.5
    [[nodiscard]] result<void> pin(fd_ref<kind::directory> directory, char const* path) const noexcept {
        return sys::pin(fd_.borrow(), directory, path);
    }

  protected:
    explicit handle(owned_fd<Kind> given_fd) noexcept : fd_{std::move(given_fd)} {}
    handle(handle&&) noexcept = default;
    handle& operator=(handle&&) noexcept = default;

    ~handle() = default;

    owned_fd<Kind> fd_;
};

} // namespace bpfxx::sys
