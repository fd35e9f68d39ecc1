#include <bpfxx/sys/flags.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <type_traits>

using namespace bpfxx;

namespace {

struct row {
    std::uint64_t ours;
    std::uint64_t number;
    char const* kernel_name;
};

template <class Flag>
constexpr row row_of(Flag flag, std::uint64_t number, char const* kernel_name) {
    return {static_cast<std::uint64_t>(flag), number, kernel_name};
}

// Names and numbers of the UAPI header, where most of these are macros that no type information holds.
constexpr row rows[] = {
    row_of(map_flags::no_prealloc, 1, "BPF_F_NO_PREALLOC"),
    row_of(map_flags::no_common_lru, 2, "BPF_F_NO_COMMON_LRU"),
    row_of(map_flags::numa_node, 4, "BPF_F_NUMA_NODE"),
    row_of(map_flags::rdonly, 8, "BPF_F_RDONLY"),
    row_of(map_flags::wronly, 16, "BPF_F_WRONLY"),
    row_of(map_flags::stack_build_id, 32, "BPF_F_STACK_BUILD_ID"),
    row_of(map_flags::zero_seed, 64, "BPF_F_ZERO_SEED"),
    row_of(map_flags::rdonly_prog, 128, "BPF_F_RDONLY_PROG"),
    row_of(map_flags::wronly_prog, 256, "BPF_F_WRONLY_PROG"),
    row_of(map_flags::clone, 512, "BPF_F_CLONE"),
    row_of(map_flags::mmapable, 1024, "BPF_F_MMAPABLE"),
    row_of(map_flags::preserve_elems, 2048, "BPF_F_PRESERVE_ELEMS"),
    row_of(map_flags::inner_map, 4096, "BPF_F_INNER_MAP"),
    row_of(map_flags::link, 8192, "BPF_F_LINK"),
    row_of(map_flags::vtype_btf_obj_fd, 32768, "BPF_F_VTYPE_BTF_OBJ_FD"),
    row_of(map_flags::token_fd, 65536, "BPF_F_TOKEN_FD"),
    row_of(map_flags::segv_on_fault, 131072, "BPF_F_SEGV_ON_FAULT"),
    row_of(map_flags::no_user_conv, 262144, "BPF_F_NO_USER_CONV"),
    row_of(element_flags::any, 0, "BPF_ANY"),
    row_of(element_flags::noexist, 1, "BPF_NOEXIST"),
    row_of(element_flags::exist, 2, "BPF_EXIST"),
    row_of(element_flags::lock, 4, "BPF_F_LOCK"),
    row_of(open_flags::rdonly, 8, "BPF_F_RDONLY"),
    row_of(open_flags::wronly, 16, "BPF_F_WRONLY"),
    row_of(open_flags::path_fd, 16384, "BPF_F_PATH_FD"),
    row_of(open_flags::rdonly, 8, "BPF_F_RDONLY"),
    row_of(open_flags::wronly, 16, "BPF_F_WRONLY"),
    row_of(open_flags::token_fd, 65536, "BPF_F_TOKEN_FD"),
    row_of(btf_flags::token_fd, 65536, "BPF_F_TOKEN_FD"),
    row_of(program_flags::strict_alignment, 1, "BPF_F_STRICT_ALIGNMENT"),
    row_of(program_flags::any_alignment, 2, "BPF_F_ANY_ALIGNMENT"),
    row_of(program_flags::test_rnd_hi32, 4, "BPF_F_TEST_RND_HI32"),
    row_of(program_flags::test_state_freq, 8, "BPF_F_TEST_STATE_FREQ"),
    row_of(program_flags::sleepable, 16, "BPF_F_SLEEPABLE"),
    row_of(program_flags::xdp_has_frags, 32, "BPF_F_XDP_HAS_FRAGS"),
    row_of(program_flags::xdp_dev_bound_only, 64, "BPF_F_XDP_DEV_BOUND_ONLY"),
    row_of(program_flags::test_reg_invariants, 128, "BPF_F_TEST_REG_INVARIANTS"),
    row_of(program_flags::token_fd, 65536, "BPF_F_TOKEN_FD"),
    row_of(log_level::failing_path, 1, "BPF_LOG_LEVEL1"),
    row_of(log_level::every_state, 2, "BPF_LOG_LEVEL2"),
    row_of(log_level::stats, 4, "BPF_LOG_STATS"),
    row_of(log_level::fixed, 8, "BPF_LOG_FIXED"),
    row_of(attach_flags::allow_override, 1, "BPF_F_ALLOW_OVERRIDE"),
    row_of(attach_flags::allow_multi, 2, "BPF_F_ALLOW_MULTI"),
    row_of(attach_flags::replace, 4, "BPF_F_REPLACE"),
    row_of(attach_flags::before, 8, "BPF_F_BEFORE"),
    row_of(attach_flags::after, 16, "BPF_F_AFTER"),
    row_of(attach_flags::id, 32, "BPF_F_ID"),
    row_of(attach_flags::preorder, 64, "BPF_F_PREORDER"),
    row_of(attach_flags::link, 8192, "BPF_F_LINK"),
    row_of(xdp_mode::generic, 2, "XDP_FLAGS_SKB_MODE"),
    row_of(xdp_mode::native, 4, "XDP_FLAGS_DRV_MODE"),
    row_of(xdp_mode::hardware, 8, "XDP_FLAGS_HW_MODE"),
    row_of(multi_flags::return_probe, 1, "BPF_F_KPROBE_MULTI_RETURN"),
    row_of(multi_flags::return_probe, 1, "BPF_F_UPROBE_MULTI_RETURN"),
    row_of(netfilter_flags::ip_defrag, 1, "BPF_F_NETFILTER_IP_DEFRAG"),
    row_of(link_update_flags::replace, 4, "BPF_F_REPLACE"),
    row_of(query_flags::effective, 1, "BPF_F_QUERY_EFFECTIVE"),
    row_of(test_run_flags::run_on_cpu, 1, "BPF_F_TEST_RUN_ON_CPU"),
    row_of(test_run_flags::xdp_live_frames, 2, "BPF_F_TEST_XDP_LIVE_FRAMES"),
    row_of(test_run_flags::skb_checksum_complete, 4, "BPF_F_TEST_SKB_CHECKSUM_COMPLETE"),
    row_of(stats_type::run_time, 0, "BPF_STATS_RUN_TIME"),
    row_of(task_fd_type::raw_tracepoint, 0, "BPF_FD_TYPE_RAW_TRACEPOINT"),
    row_of(task_fd_type::tracepoint, 1, "BPF_FD_TYPE_TRACEPOINT"),
    row_of(task_fd_type::kprobe, 2, "BPF_FD_TYPE_KPROBE"),
    row_of(task_fd_type::kretprobe, 3, "BPF_FD_TYPE_KRETPROBE"),
    row_of(task_fd_type::uprobe, 4, "BPF_FD_TYPE_UPROBE"),
    row_of(task_fd_type::uretprobe, 5, "BPF_FD_TYPE_URETPROBE"),
    row_of(perf_event_type::unspec, 0, "BPF_PERF_EVENT_UNSPEC"),
    row_of(perf_event_type::uprobe, 1, "BPF_PERF_EVENT_UPROBE"),
    row_of(perf_event_type::uretprobe, 2, "BPF_PERF_EVENT_URETPROBE"),
    row_of(perf_event_type::kprobe, 3, "BPF_PERF_EVENT_KPROBE"),
    row_of(perf_event_type::kretprobe, 4, "BPF_PERF_EVENT_KRETPROBE"),
    row_of(perf_event_type::tracepoint, 5, "BPF_PERF_EVENT_TRACEPOINT"),
    row_of(perf_event_type::event, 6, "BPF_PERF_EVENT_EVENT"),
    row_of(stream_id::standard_output, 1, "BPF_STREAM_STDOUT"),
    row_of(stream_id::standard_error, 2, "BPF_STREAM_STDERR"),
    row_of(cgroup_iter_order::unspec, 0, "BPF_CGROUP_ITER_ORDER_UNSPEC"),
    row_of(cgroup_iter_order::self_only, 1, "BPF_CGROUP_ITER_SELF_ONLY"),
    row_of(cgroup_iter_order::descendants_pre, 2, "BPF_CGROUP_ITER_DESCENDANTS_PRE"),
    row_of(cgroup_iter_order::descendants_post, 3, "BPF_CGROUP_ITER_DESCENDANTS_POST"),
    row_of(cgroup_iter_order::ancestors_up, 4, "BPF_CGROUP_ITER_ANCESTORS_UP"),
    row_of(map_flags::rb_overwrite, 1u << 19, "BPF_F_RB_OVERWRITE"),
    row_of(element_flags::cpu, 8, "BPF_F_CPU"),
    row_of(element_flags::all_cpus, 16, "BPF_F_ALL_CPUS"),
};

static_assert((map_flags::no_prealloc | map_flags::rdonly) == map_flags{9});
static_assert((map_flags{9} & map_flags::rdonly) == map_flags::rdonly);
static_assert(has(map_flags{9}, map_flags::rdonly) && !has(map_flags{9}, map_flags::wronly));
static_assert(!has(map_flags{9}, map_flags::rdonly | map_flags::wronly), "every one of them");
static_assert(has(map_flags{9}, map_flags::none));
static_assert(sizeof(element_flags) == 8, "the only field of 64 bits");
static_assert((element_flags{1ull << 63} | element_flags::lock) == element_flags{1ull << 63 | 4});
static_assert((log_level::every_state | log_level::stats) == log_level{6});

template <class Left, class Right>
concept joins = requires(Left left, Right right) { left | right; };
static_assert(joins<map_flags, map_flags> && joins<element_flags, element_flags> && joins<open_flags, open_flags>);
static_assert(joins<btf_flags, btf_flags> && joins<program_flags, program_flags> && joins<attach_flags, attach_flags>);
static_assert(joins<log_level, log_level> && joins<multi_flags, multi_flags> &&
              joins<netfilter_flags, netfilter_flags>);
static_assert(joins<link_update_flags, link_update_flags> && joins<query_flags, query_flags>);
static_assert(joins<test_run_flags, test_run_flags>);
static_assert(!joins<map_flags, open_flags> && !joins<attach_flags, link_update_flags> && !joins<map_flags, int>);
static_assert(!joins<xdp_mode, xdp_mode> && !joins<stats_type, stats_type> && !joins<stream_id, stream_id>,
              "one of them, not a set");

} // namespace

TEST_CASE("every flag has the kernel's number") {
    for (auto const& [ours, number, kernel_name] : rows) {
        CAPTURE(kernel_name);
        CHECK(ours == number);
    }
    CHECK(static_cast<std::uint32_t>(xdp_mode::automatic) == 0);
    CHECK(static_cast<std::uint32_t>(log_level::silent) == 0);
}
