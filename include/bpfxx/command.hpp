#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/packed_texts.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace bpfxx {

/// What was being done when an error came up: a command of bpf(2), or one of the few system calls that bpfxx makes
/// beside it.
/// UAPI: `enum bpf_cmd`; a kernel newer than this list may know more, and any value can be cast to this type.
enum class command : std::uint32_t {
    map_create = 0,                   // Linux 3.18
    map_lookup_elem = 1,              // Linux 3.18
    map_update_elem = 2,              // Linux 3.18
    map_delete_elem = 3,              // Linux 3.18
    map_get_next_key = 4,             // Linux 3.18
    prog_load = 5,                    // Linux 3.18
    obj_pin = 6,                      // Linux 4.4
    obj_get = 7,                      // Linux 4.4
    prog_attach = 8,                  // Linux 4.10
    prog_detach = 9,                  // Linux 4.10
    prog_test_run = 10,               // Linux 4.12
    prog_run = 10,                    // Linux 5.14, second name of prog_test_run
    prog_get_next_id = 11,            // Linux 4.13
    map_get_next_id = 12,             // Linux 4.13
    prog_get_fd_by_id = 13,           // Linux 4.13
    map_get_fd_by_id = 14,            // Linux 4.13
    obj_get_info_by_fd = 15,          // Linux 4.13
    prog_query = 16,                  // Linux 4.15
    raw_tracepoint_open = 17,         // Linux 4.17
    btf_load = 18,                    // Linux 4.18
    btf_get_fd_by_id = 19,            // Linux 4.18
    task_fd_query = 20,               // Linux 4.18
    map_lookup_and_delete_elem = 21,  // Linux 4.20
    map_freeze = 22,                  // Linux 5.2
    btf_get_next_id = 23,             // Linux 5.4
    map_lookup_batch = 24,            // Linux 5.6
    map_lookup_and_delete_batch = 25, // Linux 5.6
    map_update_batch = 26,            // Linux 5.6
    map_delete_batch = 27,            // Linux 5.6
    link_create = 28,                 // Linux 5.7
    link_update = 29,                 // Linux 5.7
    link_get_fd_by_id = 30,           // Linux 5.8
    link_get_next_id = 31,            // Linux 5.8
    enable_stats = 32,                // Linux 5.8
    iter_create = 33,                 // Linux 5.8
    link_detach = 34,                 // Linux 5.9
    prog_bind_map = 35,               // Linux 5.10
    token_create = 36,                // Linux 6.9
    prog_stream_read_by_fd = 37,      // Linux 6.17
    prog_assoc_struct_ops = 38,       // Linux 7.0

    // Not bpf(2): values that no kernel uses as a command.
    duplicate_fd = 0xffff'0001,
    map_memory = 0xffff'0002,
    open_file = 0xffff'0003,
    read_file = 0xffff'0004,
    set_socket_option = 0xffff'0005,
    get_socket_option = 0xffff'0006,
    write_file = 0xffff'0007,
    control_file = 0xffff'0008,
    open_perf_event = 0xffff'0009,
    open_socket = 0xffff'000a,
    send_message = 0xffff'000b,
    receive_message = 0xffff'000c,
    /// Not a call: what was read is being looked through.
    search = 0xffff'000d,
    /// Not a call: memory that is shared with the kernel is read.
    read_memory = 0xffff'000e,
    wait = 0xffff'000f,
    watch = 0xffff'0010,
    lock_file = 0xffff'0011,
    sleep = 0xffff'0012,
    /// Not a call: room for a record in a ring is looked for.
    reserve_record = 0xffff'0013,
};

/// The number of commands that bpfxx models.
inline constexpr std::uint32_t command_count = 39;

namespace detail {

inline constexpr std::array<std::string_view, command_count> command_names{
    "BPF_MAP_CREATE",
    "BPF_MAP_LOOKUP_ELEM",
    "BPF_MAP_UPDATE_ELEM",
    "BPF_MAP_DELETE_ELEM",
    "BPF_MAP_GET_NEXT_KEY",
    "BPF_PROG_LOAD",
    "BPF_OBJ_PIN",
    "BPF_OBJ_GET",
    "BPF_PROG_ATTACH",
    "BPF_PROG_DETACH",
    "BPF_PROG_TEST_RUN",
    "BPF_PROG_GET_NEXT_ID",
    "BPF_MAP_GET_NEXT_ID",
    "BPF_PROG_GET_FD_BY_ID",
    "BPF_MAP_GET_FD_BY_ID",
    "BPF_OBJ_GET_INFO_BY_FD",
    "BPF_PROG_QUERY",
    "BPF_RAW_TRACEPOINT_OPEN",
    "BPF_BTF_LOAD",
    "BPF_BTF_GET_FD_BY_ID",
    "BPF_TASK_FD_QUERY",
    "BPF_MAP_LOOKUP_AND_DELETE_ELEM",
    "BPF_MAP_FREEZE",
    "BPF_BTF_GET_NEXT_ID",
    "BPF_MAP_LOOKUP_BATCH",
    "BPF_MAP_LOOKUP_AND_DELETE_BATCH",
    "BPF_MAP_UPDATE_BATCH",
    "BPF_MAP_DELETE_BATCH",
    "BPF_LINK_CREATE",
    "BPF_LINK_UPDATE",
    "BPF_LINK_GET_FD_BY_ID",
    "BPF_LINK_GET_NEXT_ID",
    "BPF_ENABLE_STATS",
    "BPF_ITER_CREATE",
    "BPF_LINK_DETACH",
    "BPF_PROG_BIND_MAP",
    "BPF_TOKEN_CREATE",
    "BPF_PROG_STREAM_READ_BY_FD",
    "BPF_PROG_ASSOC_STRUCT_OPS",
};

} // namespace detail

/// The kernel's name of a command, such as "BPF_MAP_CREATE"; "unknown command" for a value that bpfxx does not know.
[[nodiscard]] constexpr std::string_view name(command during) noexcept {
    switch (during) {
    case command::duplicate_fd: return "fcntl(F_DUPFD_CLOEXEC)";
    case command::map_memory: return "mmap";
    case command::open_file: return "open";
    case command::read_file: return "read";
    case command::set_socket_option: return "setsockopt";
    case command::get_socket_option: return "getsockopt";
    case command::write_file: return "write";
    case command::control_file: return "ioctl";
    case command::open_perf_event: return "perf_event_open";
    case command::open_socket: return "socket";
    case command::send_message: return "send";
    case command::receive_message: return "recv";
    case command::search: return "search";
    case command::read_memory: return "shared memory";
    case command::wait: return "poll";
    case command::watch: return "epoll";
    case command::lock_file: return "fcntl(F_OFD_SETLK)";
    case command::sleep: return "clock_nanosleep";
    case command::reserve_record: return "reserve";
    default: break;
    }
    auto const index = static_cast<std::uint32_t>(during);
    return detail::packed_texts<detail::command_names>.at(index, "unknown command");
}

} // namespace bpfxx
