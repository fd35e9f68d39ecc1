#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstdint>
#include <type_traits>

// Naming and padding as in sys/attr/map.hpp.
namespace bpfxx::sys::attr {

/// Gives an object a name in the BPF file system.
/// UAPI: BPF_OBJ_PIN
/// Since: Linux 4.4; path_fd 6.5
/// Errors: EEXIST the path is taken; EPERM not in a BPF file system, or a dot in the name; ENOENT no such directory
struct obj_pin {
    static constexpr command during = command::obj_pin;
    using returns = void;

    user_ptr<char const> pathname{};
    any_fd_ref<kind::map, kind::program, kind::link> bpf_fd;
    open_flags file_flags{};
    optional_fd_ref<kind::directory> path_fd{};
    std::uint32_t reserved_1 = 0;
};

/// Opens a pinned object. The caller says of which kind it is; the kernel does not check that, `obj_get_info_by_fd` does.
/// UAPI: BPF_OBJ_GET
/// Since: Linux 4.4; access flags 4.15, path_fd 6.5
/// Errors: ENOENT no such path; EACCES not a BPF object, or its mode forbids the access
template <class Kind>
struct obj_get {
    static constexpr command during = command::obj_get;
    using returns = owned_fd<Kind>;

    user_ptr<char const> pathname{};
    std::uint32_t bpf_fd = 0;
    open_flags file_flags{};
    optional_fd_ref<kind::directory> path_fd{};
    std::uint32_t reserved_1 = 0;
};

/// Fills an info struct of the descriptor's kind; gives how many bytes this kernel knows of it. `Info` is one of
/// `sys::info`, and says of which kind of descriptor it speaks.
/// UAPI: BPF_OBJ_GET_INFO_BY_FD
/// Since: Linux 4.13; links 5.8, tokens 6.17
/// Errors: ENOSPC an inner buffer is too small; EINVAL another kind of descriptor; E2BIG a field that this kernel does
/// not know is not zero; EBADFD the descriptor is closed
template <class Info>
struct obj_get_info_by_fd {
    static constexpr command during = command::obj_get_info_by_fd;
    using returns = std::uint32_t;

    fd_ref<typename Info::kind> bpf_fd;
    std::uint32_t info_len = sizeof(Info);
    user_ptr<Info> info{};

    [[nodiscard]] constexpr std::uint32_t answer(long) const noexcept { return info_len; }
};

/// The shape that the commands for walking ids share: gives the smallest id above `start_id`.
template <command During, class Id>
struct get_next_id {
    static constexpr command during = During;
    using returns = Id;

    Id start_id{};
    Id next_id{};

    [[nodiscard]] constexpr Id answer(long) const noexcept { return next_id; }
};

/// UAPI: BPF_PROG_GET_NEXT_ID and its kin
/// Since: Linux 4.13; BTF 5.4, links 5.8
/// Errors: ENOENT no id above; EPERM CAP_SYS_ADMIN is missing; EINVAL `start_id` is INT_MAX or more
/// Races: objects come and go between two calls
using prog_get_next_id = get_next_id<command::prog_get_next_id, program_id>;
using map_get_next_id = get_next_id<command::map_get_next_id, map_id>;
using btf_get_next_id = get_next_id<command::btf_get_next_id, btf_id>;
using link_get_next_id = get_next_id<command::link_get_next_id, link_id>;

/// Opens a program by id.
/// UAPI: BPF_PROG_GET_FD_BY_ID
/// Since: Linux 4.13
/// Errors: ENOENT no such id; EPERM CAP_SYS_ADMIN is missing
struct prog_get_fd_by_id {
    static constexpr command during = command::prog_get_fd_by_id;
    using returns = owned_fd<kind::program>;

    program_id prog_id;
};

/// Opens a map by id.
/// UAPI: BPF_MAP_GET_FD_BY_ID
/// Since: Linux 4.13; access flags 4.15
/// Errors: ENOENT no such id; EPERM CAP_SYS_ADMIN is missing
struct map_get_fd_by_id {
    static constexpr command during = command::map_get_fd_by_id;
    using returns = owned_fd<kind::map>;

    bpfxx::map_id map_id;
    std::uint32_t reserved_1 = 0;
    bpfxx::open_flags open_flags{};
};

/// Opens a link by id.
/// UAPI: BPF_LINK_GET_FD_BY_ID
/// Since: Linux 5.8
/// Errors: ENOENT no such id; EAGAIN the link is still being created; EPERM CAP_SYS_ADMIN is missing
struct link_get_fd_by_id {
    static constexpr command during = command::link_get_fd_by_id;
    using returns = owned_fd<kind::link>;

    bpfxx::link_id link_id;
};

} // namespace bpfxx::sys::attr
