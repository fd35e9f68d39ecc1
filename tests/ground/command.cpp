#include <bpfxx/command.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

using bpfxx::command;
using bpfxx::name;

namespace {

struct row {
    command value;
    std::uint32_t number;
    std::string_view kernel_name;
};

// Numbers and names as the kernel's `enum bpf_cmd` has them.
constexpr row rows[] = {
    {command::map_create, 0, "BPF_MAP_CREATE"},
    {command::map_lookup_elem, 1, "BPF_MAP_LOOKUP_ELEM"},
    {command::map_update_elem, 2, "BPF_MAP_UPDATE_ELEM"},
    {command::map_delete_elem, 3, "BPF_MAP_DELETE_ELEM"},
    {command::map_get_next_key, 4, "BPF_MAP_GET_NEXT_KEY"},
    {command::prog_load, 5, "BPF_PROG_LOAD"},
    {command::obj_pin, 6, "BPF_OBJ_PIN"},
    {command::obj_get, 7, "BPF_OBJ_GET"},
    {command::prog_attach, 8, "BPF_PROG_ATTACH"},
    {command::prog_detach, 9, "BPF_PROG_DETACH"},
    {command::prog_test_run, 10, "BPF_PROG_TEST_RUN"},
    {command::prog_run, 10, "BPF_PROG_RUN"},
    {command::prog_get_next_id, 11, "BPF_PROG_GET_NEXT_ID"},
    {command::map_get_next_id, 12, "BPF_MAP_GET_NEXT_ID"},
    {command::prog_get_fd_by_id, 13, "BPF_PROG_GET_FD_BY_ID"},
    {command::map_get_fd_by_id, 14, "BPF_MAP_GET_FD_BY_ID"},
    {command::obj_get_info_by_fd, 15, "BPF_OBJ_GET_INFO_BY_FD"},
    {command::prog_query, 16, "BPF_PROG_QUERY"},
    {command::raw_tracepoint_open, 17, "BPF_RAW_TRACEPOINT_OPEN"},
    {command::btf_load, 18, "BPF_BTF_LOAD"},
    {command::btf_get_fd_by_id, 19, "BPF_BTF_GET_FD_BY_ID"},
    {command::task_fd_query, 20, "BPF_TASK_FD_QUERY"},
    {command::map_lookup_and_delete_elem, 21, "BPF_MAP_LOOKUP_AND_DELETE_ELEM"},
    {command::map_freeze, 22, "BPF_MAP_FREEZE"},
    {command::btf_get_next_id, 23, "BPF_BTF_GET_NEXT_ID"},
    {command::map_lookup_batch, 24, "BPF_MAP_LOOKUP_BATCH"},
    {command::map_lookup_and_delete_batch, 25, "BPF_MAP_LOOKUP_AND_DELETE_BATCH"},
    {command::map_update_batch, 26, "BPF_MAP_UPDATE_BATCH"},
    {command::map_delete_batch, 27, "BPF_MAP_DELETE_BATCH"},
    {command::link_create, 28, "BPF_LINK_CREATE"},
    {command::link_update, 29, "BPF_LINK_UPDATE"},
    {command::link_get_fd_by_id, 30, "BPF_LINK_GET_FD_BY_ID"},
    {command::link_get_next_id, 31, "BPF_LINK_GET_NEXT_ID"},
    {command::enable_stats, 32, "BPF_ENABLE_STATS"},
    {command::iter_create, 33, "BPF_ITER_CREATE"},
    {command::link_detach, 34, "BPF_LINK_DETACH"},
    {command::prog_bind_map, 35, "BPF_PROG_BIND_MAP"},
    {command::token_create, 36, "BPF_TOKEN_CREATE"},
    {command::prog_stream_read_by_fd, 37, "BPF_PROG_STREAM_READ_BY_FD"},
    {command::prog_assoc_struct_ops, 38, "BPF_PROG_ASSOC_STRUCT_OPS"},
};

static_assert(name(command::map_create) == "BPF_MAP_CREATE");
static_assert(sizeof(command) == 4);

} // namespace

TEST_CASE("every command has the kernel's number and name") {
    std::set<std::uint32_t> numbers;
    for (auto const& [value, number, kernel_name] : rows) {
        CAPTURE(kernel_name);
        CHECK(static_cast<std::uint32_t>(value) == number);
        if (value == command::prog_run && kernel_name == "BPF_PROG_RUN") continue; // the same number's second name
        CHECK(name(value) == kernel_name);
        numbers.insert(number);
    }
    CHECK(numbers.size() == bpfxx::command_count);
    CHECK(bpfxx::command_count == 39);
    CHECK(*numbers.rbegin() == bpfxx::command_count - 1);
}

TEST_CASE("two names for running a program") { CHECK(command::prog_run == command::prog_test_run); }

TEST_CASE("system calls beside bpf(2) have names too, and numbers that no kernel uses for a command") {
    CHECK(name(command::duplicate_fd) == "fcntl(F_DUPFD_CLOEXEC)");
    CHECK(name(command::map_memory) == "mmap");
    CHECK(name(command::open_file) == "open");
    CHECK(name(command::read_file) == "read");
    CHECK(name(command::set_socket_option) == "setsockopt");
    CHECK(name(command::get_socket_option) == "getsockopt");
    CHECK(name(command::write_file) == "write");
    CHECK(name(command::control_file) == "ioctl");
    CHECK(name(command::open_perf_event) == "perf_event_open");
    CHECK(name(command::open_socket) == "socket");
    CHECK(name(command::send_message) == "send");
    CHECK(name(command::receive_message) == "recv");
    CHECK(name(command::search) == "search");
    CHECK(name(command::read_memory) == "shared memory");
    CHECK(name(command::wait) == "poll");
    CHECK(name(command::watch) == "epoll");
    CHECK(name(command::lock_file) == "fcntl(F_OFD_SETLK)");
    CHECK(name(command::sleep) == "clock_nanosleep");
    CHECK(name(command::reserve_record) == "reserve");
    for (auto const beside : {command::duplicate_fd, command::map_memory, command::open_file, command::read_file,
                              command::set_socket_option, command::search})
        CHECK(static_cast<std::uint32_t>(beside) > 1u << 17); // above BPF_COMMON_ATTRS and all that it is or-ed with
}

TEST_CASE("a number that bpfxx does not know can be held and has no name") {
    for (std::uint32_t const number : {39u, 40u, 0xffffu, 0xffff'0000u, 0xffff'0014u, 0xffff'ffffu}) {
        CAPTURE(number);
        CHECK(name(command{number}) == "unknown command");
        CHECK(static_cast<std::uint32_t>(command{number}) == number);
    }
}
