#include "sys/attr_proof.hpp"

#include <bpfxx/sys/attr/link.hpp>

// Offsets and sizes are the kernel's, `union bpf_attr`.
namespace sys_test {

namespace attr = bpfxx::sys::attr;

namespace {

using bpfxx::attach_flags;
using bpfxx::attach_type;
using bpfxx::interface_index;

using link_owner = owned_fd<kind::link>;

void check_targets() {
    check<link_owner>("link_create_netns",
                      attr::link_create_netns{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = fd<kind::netns>(0x0202),
                          .attach_type = attach_type{0x0303},
                          .flags = 0x0404,
                      },
                      16, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 0x0303}, {12, 4, 0x0404}});
    check<link_owner>("link_create_sockmap",
                      attr::link_create_sockmap{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = fd<kind::map>(0x0202),
                          .attach_type = attach_type{0x0303},
                          .flags = 0x0404,
                      },
                      16, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 0x0303}, {12, 4, 0x0404}});
    check<link_owner>("link_create_xdp",
                      attr::link_create_xdp{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_ifindex = interface_index{0x0202},
                          .flags = bpfxx::xdp_mode{0x0404},
                      },
                      16, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 37}, {12, 4, 0x0404}});
    check<link_owner>("link_create_perf_event",
                      attr::link_create_perf_event{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = fd<kind::perf_event>(0x0202),
                          .flags = 0x0404,
                          .bpf_cookie = 0x0505'0505'0505,
                      },
                      24, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 41}, {12, 4, 0x0404}, {16, 8, 0x0505'0505'0505}});
    check<link_owner>("link_create_struct_ops",
                      attr::link_create_struct_ops{
                          .map_fd = fd<kind::map>(0x0101),
                          .target_fd = 0x0202,
                          .flags = 0x0404,
                      },
                      16, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 44}, {12, 4, 0x0404}});
}

void check_multiprog(attr::relative_place relative) {
    std::vector<field> const fields{
        {0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 0x0303}, {12, 4, 0x0404}, {16, 4, 0x0505}, {24, 8, 0x0606'0606'0606},
    };
    check<link_owner>("link_create_cgroup",
                      attr::link_create_cgroup{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = fd<kind::cgroup>(0x0202),
                          .attach_type = attach_type{0x0303},
                          .flags = attach_flags{0x0404},
                          .relative = relative,
                          .expected_revision = 0x0606'0606'0606,
                      },
                      32, fields);
    check<link_owner>("link_create_tcx",
                      attr::link_create_tcx{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_ifindex = interface_index{0x0202},
                          .attach_type = attach_type{0x0303},
                          .flags = attach_flags{0x0404},
                          .relative = relative,
                          .expected_revision = 0x0606'0606'0606,
                      },
                      32, fields);
    check<link_owner>("link_create_netkit",
                      attr::link_create_netkit{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_ifindex = interface_index{0x0202},
                          .attach_type = attach_type{0x0303},
                          .flags = attach_flags{0x0404},
                          .relative = relative,
                          .expected_revision = 0x0606'0606'0606,
                      },
                      32, fields);
}

void check_tracing() {
    check<link_owner>("link_create_tracing",
                      attr::link_create_tracing{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = fd<kind::program>(0x0202),
                          .attach_type = attach_type{0x0303},
                          .flags = 0x0404,
                          .target_btf_id = 0x0505,
                          .cookie = 0x0606'0606'0606,
                      },
                      32,
                      {
                          {0, 4, 0x0101},
                          {4, 4, 0x0202},
                          {8, 4, 0x0303},
                          {12, 4, 0x0404},
                          {16, 4, 0x0505},
                          {24, 8, 0x0606'0606'0606},
                      });
    check<link_owner>("link_create_iter",
                      attr::link_create_iter{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = 0x0202,
                          .flags = 0x0404,
                          .iter_info = pointer<void>(0x0505'0505'0508),
                          .iter_info_len = 0x0606,
                      },
                      32,
                      {
                          {0, 4, 0x0101},
                          {4, 4, 0x0202},
                          {8, 4, 28},
                          {12, 4, 0x0404},
                          {16, 8, 0x0505'0505'0508},
                          {24, 4, 0x0606},
                      });
}

void check_multi() {
    check<link_owner>("link_create_kprobe_multi",
                      attr::link_create_kprobe_multi{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = 0x0202,
                          .link_flags = 0x0404,
                          .flags = bpfxx::multi_flags{0x0505},
                          .cnt = 0x0606,
                          .syms = pointer<char const* const>(0x0707'0707'0708),
                          .addrs = pointer<std::uint64_t>(0x0808'0808'0808),
                          .cookies = pointer<std::uint64_t>(0x0909'0909'0908),
                      },
                      48,
                      {
                          {0, 4, 0x0101},
                          {4, 4, 0x0202},
                          {8, 4, 42},
                          {12, 4, 0x0404},
                          {16, 4, 0x0505},
                          {20, 4, 0x0606},
                          {24, 8, 0x0707'0707'0708},
                          {32, 8, 0x0808'0808'0808},
                          {40, 8, 0x0909'0909'0908},
                      });
    check<link_owner>("link_create_uprobe_multi",
                      attr::link_create_uprobe_multi{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = 0x0202,
                          .link_flags = 0x0404,
                          .path = pointer<char>(0x0505'0505'0508),
                          .offsets = pointer<std::uint64_t>(0x0606'0606'0608),
                          .ref_ctr_offsets = pointer<std::uint64_t>(0x0707'0707'0708),
                          .cookies = pointer<std::uint64_t>(0x0808'0808'0808),
                          .cnt = 0x0909,
                          .flags = bpfxx::multi_flags{0x0a0a},
                          .pid = 0x0b0b,
                      },
                      64,
                      {
                          {0, 4, 0x0101},
                          {4, 4, 0x0202},
                          {8, 4, 48},
                          {12, 4, 0x0404},
                          {16, 8, 0x0505'0505'0508},
                          {24, 8, 0x0606'0606'0608},
                          {32, 8, 0x0707'0707'0708},
                          {40, 8, 0x0808'0808'0808},
                          {48, 4, 0x0909},
                          {52, 4, 0x0a0a},
                          {56, 4, 0x0b0b},
                      });
}

void check_netfilter() {
    check<link_owner>("link_create_netfilter",
                      attr::link_create_netfilter{
                          .prog_fd = fd<kind::program>(0x0101),
                          .target_fd = 0x0202,
                          .link_flags = 0x0404,
                          .pf = 0x0505,
                          .hooknum = 0x0606,
                          .priority = -0x0707,
                          .flags = bpfxx::netfilter_flags{0x0808},
                      },
                      32,
                      {
                          {0, 4, 0x0101},
                          {4, 4, 0x0202},
                          {8, 4, 45},
                          {12, 4, 0x0404},
                          {16, 4, 0x0505},
                          {20, 4, 0x0606},
                          {24, 4, 0xffff'f8f9},
                          {28, 4, 0x0808},
                      });
}

void check_the_rest() {
    check<link_owner>("raw_tracepoint_open",
                      attr::raw_tracepoint_open{
                          .name = pointer<char>(0x0101'0101'0108),
                          .prog_fd = fd<kind::program>(0x0202),
                          .cookie = 0x0303'0303'0303,
                      },
                      24, {{0, 8, 0x0101'0101'0108}, {8, 4, 0x0202}, {16, 8, 0x0303'0303'0303}});
    check<void>("link_update",
                attr::link_update{
                    .link_fd = fd<kind::link>(0x0101),
                    .new_prog_fd = fd<kind::program>(0x0202),
                    .flags = bpfxx::link_update_flags{0x0303},
                    .old_prog_fd = fd<kind::program>(0x0404),
                },
                16, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 0x0303}, {12, 4, 0x0404}});
    check<void>("link_update_map",
                attr::link_update_map{
                    .link_fd = fd<kind::link>(0x0101),
                    .new_map_fd = fd<kind::map>(0x0202),
                    .flags = bpfxx::link_update_flags{0x0303},
                    .old_map_fd = fd<kind::map>(0x0404),
                },
                16, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 0x0303}, {12, 4, 0x0404}});
    check<void>("link_detach", attr::link_detach{.link_fd = fd<kind::link>(0x0101)}, 4, {{0, 4, 0x0101}});
}

/// `union bpf_iter_link_info` goes by pointer, so its arms have bytes of their own to show.
template <class Info>
void check_iterator_info(char const* what, Info const& info, std::size_t size, std::vector<field> const& fields) {
    CAPTURE(what);
    static_assert(std::is_trivially_copyable_v<Info> && std::has_unique_object_representations_v<Info>);
    std::vector<std::byte> expected(size);
    for (auto const& f : fields) put(expected, f);
    CHECK(in_hex(std::as_bytes(std::span{&info, 1})) == in_hex(expected));
}

void check_iterator_infos() {
    check_iterator_info("map", attr::iterator_over_map{.map_fd = fd<kind::map>(0x0101)}, 4, {{0, 4, 0x0101}});
    check_iterator_info("cgroup",
                        attr::iterator_over_cgroup{
                            .order = bpfxx::cgroup_iter_order{0x0101},
                            .cgroup_fd = fd<kind::cgroup>(0x0202),
                            .cgroup_id = 0x0303'0303'0303,
                        },
                        16, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 8, 0x0303'0303'0303}});
    check_iterator_info("task",
                        attr::iterator_over_task{.tid = 0x0101, .pid = 0x0202, .pid_fd = fd<kind::task>(0x0303)}, 12,
                        {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 0x0303}});
}

} // namespace

void check_link_attributes() {
    check_targets();
    check_multiprog(fd<kind::program>(0x0505));
    check_multiprog(fd<kind::link>(0x0505));
    check_multiprog(bpfxx::program_id{0x0505});
    check_multiprog(bpfxx::link_id{0x0505});
    check_tracing();
    check_multi();
    check_netfilter();
    check_the_rest();
    check_iterator_infos();
}

} // namespace sys_test
