#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/call.hpp>

#include <cstdint>
#include <optional>

// What maps, programs and links have in common: pinning, opening, asking for information.
namespace bpfxx::sys {

/// An info struct and how much of it this kernel filled: a member beyond that is zero because nobody wrote it.
template <class Info>
class known {
  public:
    known(Info const& info, std::uint32_t length) noexcept : info_{info}, length_{length} {}

    [[nodiscard]] Info const& operator*() const noexcept { return info_; }
    [[nodiscard]] Info const* operator->() const noexcept { return &info_; }

    /// Whether this kernel knows the member: `info.knows(&sys::info::map::map_extra)`.
    template <class Base, class Member>
    [[nodiscard]] bool knows(Member Base::* member) const noexcept {
        auto const* const start = reinterpret_cast<unsigned char const*>(&info_);
        auto const* const end = reinterpret_cast<unsigned char const*>(&(info_.*member)) + sizeof(Member);
        return static_cast<std::uint32_t>(end - start) <= length_;
    }

    /// The member's value, or nothing where this kernel does not know it.
    template <class Base, class Member>
    [[nodiscard]] std::optional<Member> get(Member Base::* member) const noexcept {
        if (!knows(member)) return std::nullopt;
        return info_.*member;
    }

    /// The bytes that the kernel filled.
    [[nodiscard]] std::uint32_t length() const noexcept { return length_; }

  private:
    Info info_;
    std::uint32_t length_;
};

/// Asks the kernel about a descriptor; `request` carries the pointers and lengths that go in.
/// UAPI: BPF_OBJ_GET_INFO_BY_FD
/// Since: Linux 4.13
/// Errors: ENOSPC an inner buffer is too small; EINVAL the descriptor is no map, program, link, BTF or token
/// Costs: one system call, no allocation
template <class Info>
[[nodiscard]] result<known<Info>> get_info(fd_ref<typename Info::kind> fd, Info request = {}) noexcept {
    auto const length = call(attr::obj_get_info_by_fd<Info>{.bpf_fd = fd, .info = &request});
    if (!length) return length.error();
    return known<Info>{request, *length};
}

/// Gives an object a path in the BPF file system, which keeps it alive.
/// UAPI: BPF_OBJ_PIN
/// Since: Linux 4.4
/// Errors: EEXIST the path is taken; EPERM not in a BPF file system, or a dot in the name; ENOENT no such directory
/// Costs: one system call, no allocation
[[nodiscard]] inline result<void> pin(any_fd_ref<kind::map, kind::program, kind::link> object,
                                      char const* path) noexcept {
    return call(attr::obj_pin{.pathname = path, .bpf_fd = object});
}

/// The same with a path relative to a directory.
/// Since: Linux 6.5
[[nodiscard]] inline result<void> pin(any_fd_ref<kind::map, kind::program, kind::link> object,
                                      fd_ref<kind::directory> directory, char const* path) noexcept {
    return call(
        attr::obj_pin{.pathname = path, .bpf_fd = object, .file_flags = open_flags::path_fd, .path_fd = directory});
}

/// Opens what is pinned at a path. The kernel checks no kind, neither here nor where it is asked for information: the
/// typed handles know what tells one kind from another.
/// UAPI: BPF_OBJ_GET
/// Since: Linux 4.4; access flags 4.15
/// Errors: ENOENT no such path; EACCES not a BPF object, or its mode forbids the access
/// Costs: one system call, no allocation
template <class Kind>
[[nodiscard]] result<owned_fd<Kind>> open_pinned(char const* path, open_flags access = open_flags::none) noexcept {
    return call(attr::obj_get<Kind>{.pathname = path, .file_flags = access});
}

/// The same with a path relative to a directory.
/// Since: Linux 6.5
template <class Kind>
[[nodiscard]] result<owned_fd<Kind>> open_pinned(fd_ref<kind::directory> directory, char const* path,
                                                 open_flags access = open_flags::none) noexcept {
    return call(
        attr::obj_get<Kind>{.pathname = path, .file_flags = access | open_flags::path_fd, .path_fd = directory});
}

} // namespace bpfxx::sys
