#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <asm/unistd.h>
#include <fcntl.h>

#include <utility>

namespace bpfxx::ring {

/// A descriptor of its own of a map, which holds the lock on it: no other open descriptor gets the lock before this one
/// is closed. It binds those who ask for it, in this process and in others.
///
/// All of bpf's descriptors share one inode (kernel/bpf/syscall.c: anon_inode_getfd), so that it is not the file but the
/// byte with the map's id as its offset that is locked.
/// UAPI: F_OFD_SETLK of fcntl(2), BPF_MAP_GET_FD_BY_ID
/// Errors: EAGAIN somebody else has it; EPERM CAP_SYS_ADMIN is missing
/// Costs: three system calls, no allocation
[[nodiscard]] inline result<owned_fd<kind::map>> locked(fd_ref<kind::map> map) noexcept {
    auto const info = sys::get_info<sys::info::map>(map);
    if (!info) return info.error();
    auto opened = sys::call(sys::attr::map_get_fd_by_id{.map_id = (**info).id});
    if (!opened) return opened.error();
    struct ::flock range{};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>((**info).id);
    range.l_len = 1;
    long const done =
        sys::detail::enter(__NR_fcntl, opened->borrow().raw(), F_OFD_SETLK, reinterpret_cast<long>(&range));
    if (sys::detail::is_failure(done)) return sys::detail::failure(done, command::lock_file);
    return opened;
}

} // namespace bpfxx::ring
