#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/sys/attr/relative.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/debug.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstddef>
#include <cstdint>

// Naming and padding as in sys/attr/map.hpp.
namespace bpfxx::sys::attr {

/// Verifies a program and gives its descriptor. `log_true_size` is written by the kernel.
/// UAPI: BPF_PROG_LOAD
/// Since: Linux 3.18; the single fields as `attr_fields` in the ABI tests says
/// Errors: EACCES, EINVAL the verifier refused it; EPERM a capability is missing; ENOSPC the log did not fit; E2BIG too
/// long or too complex; EAGAIN a signal came, call again
struct prog_load {
    static constexpr command during = command::prog_load;
    using returns = owned_fd<kind::program>;
    static constexpr bool read_after_call = true;

    program_type prog_type;
    std::uint32_t insn_cnt = 0;
    user_ptr<insn::instruction const> insns{};
    user_ptr<char const> license{};
    bpfxx::log_level log_level{};
    std::uint32_t log_size = 0;
    user_ptr<char> log_buf{};
    std::uint32_t kern_version = 0;
    program_flags prog_flags{};
    object_name prog_name{};
    interface_index prog_ifindex{};
    attach_type expected_attach_type{};
    optional_fd_ref<kind::btf> prog_btf_fd{};
    std::uint32_t func_info_rec_size = 0;
    user_ptr<info::func_info const> func_info{};
    std::uint32_t func_info_cnt = 0;
    std::uint32_t line_info_rec_size = 0;
    user_ptr<info::line_info const> line_info{};
    std::uint32_t line_info_cnt = 0;
    std::uint32_t attach_btf_id = 0;
    /// `attach_prog_fd` and `attach_btf_obj_fd` share this place.
    optional_any_fd_ref<kind::program, kind::btf> attach_target_fd{};
    std::uint32_t core_relo_cnt = 0;
    user_ptr<std::int32_t const> fd_array{};
    user_ptr<info::core_relo const> core_relos{};
    std::uint32_t core_relo_rec_size = 0;
    std::uint32_t log_true_size = 0;
    optional_fd_ref<kind::token> prog_token_fd{};
    std::uint32_t fd_array_cnt = 0;
    user_ptr<std::byte const> signature{};
    std::uint32_t signature_size = 0;
    std::int32_t keyring_id = 0;
};

/// Attaches a program to what a descriptor names: a cgroup, a sock map, a network namespace, a lirc device. A
/// relative program or link gives its place among others.
/// UAPI: BPF_PROG_ATTACH
/// Since: Linux 4.10
/// Errors: EINVAL program and attach type do not match; EPERM the present attachment forbids it; EBADF; E2BIG 64 there
struct prog_attach {
    static constexpr command during = command::prog_attach;
    using returns = void;

    optional_any_fd_ref<kind::cgroup, kind::map, kind::netns, kind::device> target_fd{};
    fd_ref<kind::program> attach_bpf_fd;
    bpfxx::attach_type attach_type;
    bpfxx::attach_flags attach_flags{};
    optional_fd_ref<kind::program> replace_bpf_fd{};
    /// `relative_fd`, or with `attach_flags::id` `relative_id`.
    relative_place relative{};
    std::uint64_t expected_revision = 0;
};

/// Attaches a program to a network device: tcx and netkit.
/// UAPI: BPF_PROG_ATTACH with `target_ifindex`
/// Since: Linux 6.6
/// Errors: ENODEV no such device; EEXIST attached already; ESTALE the revision moved on; ERANGE 63 programs there
struct prog_attach_interface {
    static constexpr command during = command::prog_attach;
    using returns = void;

    interface_index target_ifindex;
    fd_ref<kind::program> attach_bpf_fd;
    bpfxx::attach_type attach_type;
    bpfxx::attach_flags attach_flags{};
    optional_fd_ref<kind::program> replace_bpf_fd{};
    relative_place relative{};
    std::uint64_t expected_revision = 0;
};

/// Undoes `prog_attach`.
/// UAPI: BPF_PROG_DETACH
/// Since: Linux 4.10
/// Errors: ENOENT this program is not attached there; EINVAL a link holds the place
struct prog_detach {
    static constexpr command during = command::prog_detach;
    using returns = void;

    optional_any_fd_ref<kind::cgroup, kind::map, kind::netns, kind::device> target_fd{};
    optional_fd_ref<kind::program> attach_bpf_fd{};
    bpfxx::attach_type attach_type;
    bpfxx::attach_flags attach_flags{};
    std::uint32_t reserved_1 = 0;
    relative_place relative{};
    std::uint64_t expected_revision = 0;
};

/// Undoes `prog_attach_interface`.
/// UAPI: BPF_PROG_DETACH with `target_ifindex`
/// Since: Linux 6.6
/// Errors: ENOENT not attached; EBUSY a link holds it; ESTALE the revision moved on
struct prog_detach_interface {
    static constexpr command during = command::prog_detach;
    using returns = void;

    interface_index target_ifindex;
    optional_fd_ref<kind::program> attach_bpf_fd{};
    bpfxx::attach_type attach_type;
    bpfxx::attach_flags attach_flags{};
    std::uint32_t reserved_1 = 0;
    relative_place relative{};
    std::uint64_t expected_revision = 0;
};

/// Runs a program on given input; the kernel writes `retval`, `duration` and the sizes that came out.
/// UAPI: BPF_PROG_TEST_RUN, also called BPF_PROG_RUN
/// Since: Linux 4.12; contexts 5.2, flags and cpu 5.10, batch size 5.18
/// Errors: 524 the type cannot be run; EINVAL input too short; ENOSPC an output buffer is too small, sizes tell the need
struct prog_test_run {
    static constexpr command during = command::prog_test_run;
    using returns = void;
    static constexpr bool read_after_call = true;

    fd_ref<kind::program> prog_fd;
    std::uint32_t retval = 0;
    std::uint32_t data_size_in = 0;
    std::uint32_t data_size_out = 0;
    user_ptr<void const> data_in{};
    user_ptr<void> data_out{};
    std::uint32_t repeat = 0;
    std::uint32_t duration = 0;
    std::uint32_t ctx_size_in = 0;
    std::uint32_t ctx_size_out = 0;
    user_ptr<void const> ctx_in{};
    user_ptr<void> ctx_out{};
    test_run_flags flags{};
    std::uint32_t cpu = 0;
    std::uint32_t batch_size = 0;
    std::uint32_t reserved_1 = 0;
};

/// Lists what is attached to what a descriptor names; `prog_cnt` goes in as room and comes back as the number there.
/// UAPI: BPF_PROG_QUERY
/// Since: Linux 4.15; links and revision 6.6
/// Errors: ENOSPC the arrays are too small; EINVAL the hook cannot be asked; EPERM CAP_NET_ADMIN is missing
struct prog_query {
    static constexpr command during = command::prog_query;
    using returns = void;
    static constexpr bool read_after_call = true;

    optional_any_fd_ref<kind::cgroup, kind::map, kind::netns, kind::device> target_fd{};
    bpfxx::attach_type attach_type;
    bpfxx::query_flags query_flags{};
    bpfxx::attach_flags attach_flags{};
    user_ptr<program_id> prog_ids{};
    std::uint32_t prog_cnt = 0;
    std::uint32_t reserved_1 = 0;
    user_ptr<bpfxx::attach_flags> prog_attach_flags{};
    user_ptr<link_id> link_ids{};
    user_ptr<bpfxx::attach_flags> link_attach_flags{};
    std::uint64_t revision = 0;
};

/// Lists what is attached to a network device.
/// UAPI: BPF_PROG_QUERY with `target_ifindex`
/// Since: Linux 6.6
/// Errors: as `prog_query`; ENODEV no such device
struct prog_query_interface {
    static constexpr command during = command::prog_query;
    using returns = void;
    static constexpr bool read_after_call = true;

    interface_index target_ifindex;
    bpfxx::attach_type attach_type;
    bpfxx::query_flags query_flags{};
    bpfxx::attach_flags attach_flags{};
    user_ptr<program_id> prog_ids{};
    std::uint32_t count = 0;
    std::uint32_t reserved_1 = 0;
    user_ptr<bpfxx::attach_flags> prog_attach_flags{};
    user_ptr<link_id> link_ids{};
    user_ptr<bpfxx::attach_flags> link_attach_flags{};
    std::uint64_t revision = 0;
};

/// Ties a map's lifetime to a program.
/// UAPI: BPF_PROG_BIND_MAP
/// Since: Linux 5.10
/// Errors: EINVAL wrong kinds of descriptor; EBADF
struct prog_bind_map {
    static constexpr command during = command::prog_bind_map;
    using returns = void;

    fd_ref<kind::program> prog_fd;
    fd_ref<kind::map> map_fd;
    std::uint32_t flags = 0;
};

/// Reads what a program printed to one of its text streams; gives the bytes read, 0 when there is nothing.
/// UAPI: BPF_PROG_STREAM_READ_BY_FD
/// Since: Linux 6.17
/// Errors: ENOENT no such stream; EFAULT
struct prog_stream_read {
    static constexpr command during = command::prog_stream_read_by_fd;
    using returns = std::uint32_t;

    user_ptr<char> stream_buf{};
    std::uint32_t stream_buf_len = 0;
    bpfxx::stream_id stream_id;
    fd_ref<kind::program> prog_fd;
    std::uint32_t reserved_1 = 0;

    [[nodiscard]] static constexpr std::uint32_t answer(long value) noexcept {
        return static_cast<std::uint32_t>(value);
    }
};

/// Associates a program with a struct_ops map, for kernel functions that need to know it.
/// UAPI: BPF_PROG_ASSOC_STRUCT_OPS
/// Since: Linux 7.0
/// Errors: EINVAL the map is no struct_ops map, or the program is a struct_ops program itself; EBUSY associated already
struct prog_assoc_struct_ops {
    static constexpr command during = command::prog_assoc_struct_ops;
    using returns = void;

    fd_ref<kind::map> map_fd;
    fd_ref<kind::program> prog_fd;
    std::uint32_t flags = 0;
};

/// Says what is attached behind a descriptor of another task; the kernel writes `buf_len`, the program and the probe.
/// UAPI: BPF_TASK_FD_QUERY
/// Since: Linux 4.18
/// Errors: ENOENT no such task, or no program there; 524 another kind of descriptor; ENOSPC the name did not fit
struct task_fd_query {
    static constexpr command during = command::task_fd_query;
    using returns = void;
    static constexpr bool read_after_call = true;

    std::uint32_t pid = 0;
    std::uint32_t fd = 0;
    std::uint32_t flags = 0;
    std::uint32_t buf_len = 0;
    user_ptr<char> buf{};
    program_id prog_id{};
    task_fd_type fd_type{};
    std::uint64_t probe_offset = 0;
    std::uint64_t probe_addr = 0;
};

/// Turns statistics on for as long as the descriptor stays open.
/// UAPI: BPF_ENABLE_STATS
/// Since: Linux 5.8
/// Errors: EPERM CAP_SYS_ADMIN is missing; EINVAL unknown type
struct enable_stats {
    static constexpr command during = command::enable_stats;
    using returns = owned_fd<kind::statistics>;

    stats_type type = stats_type::run_time;
};

} // namespace bpfxx::sys::attr
