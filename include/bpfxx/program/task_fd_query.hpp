#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/id.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx {

/// Which program a descriptor of some process holds at what, where that is a perf event or a raw tracepoint's link.
struct task_fd_info {
    program_id program;
    task_fd_type type;
    /// The tracepoint, the kernel's function or the uprobe's file; empty where there is none or the buffer was empty.
    std::string_view name;
    /// The bytes that the name takes with its NUL.
    std::uint32_t name_size;
    /// From the start of the function or of the file.
    std::uint64_t offset;
    /// Of a kprobe in the kernel, where it was given by its address.
    std::uint64_t address;
};

/// Asks about the descriptor `fd` of the process `pid`, with a buffer for the name, or with an empty one.
/// UAPI: BPF_TASK_FD_QUERY
/// Since: Linux 4.18
/// Errors: EPERM CAP_SYS_ADMIN is missing; ENOENT no such process, or the event has no program; EBADF the process has no
/// such descriptor; ENOTSUPP it is something else; EOPNOTSUPP an event that counts; ENOSPC the name and its NUL do not
/// fit
/// Costs: one system call, no allocation
[[nodiscard]] inline result<task_fd_info> query_task_fd(std::uint32_t pid, int fd, std::span<char> name) noexcept {
    sys::attr::task_fd_query query{.pid = pid, .fd = static_cast<std::uint32_t>(fd)};
    if (!name.empty()) {
        query.buf = name.data();
        query.buf_len = sys::saturated(name.size());
    }
    auto const asked = sys::call(query);
    if (!asked) return asked.error();
    return task_fd_info{
        .program = query.prog_id,
        .type = query.fd_type,
        .name = name.empty() ? std::string_view{} : std::string_view{name.data(), query.buf_len},
        .name_size = query.buf_len + 1,
        .offset = query.probe_offset,
        .address = query.probe_addr,
    };
}

} // namespace bpfxx
