#include "sys/attr_proof.hpp"

#include <bpfxx/id.hpp>
#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/attr/iter.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/attr/token.hpp>
#include <bpfxx/sys/info/btf.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/info/program.hpp>

// Offsets and sizes are the kernel's, `union bpf_attr`.
namespace sys_test {

namespace attr = bpfxx::sys::attr;

namespace {

namespace info = bpfxx::sys::info;

template <class Kind>
void check_pin(char const* what) {
    check<void>(what,
                attr::obj_pin{
                    .pathname = pointer<char>(0x0101'0101'0108),
                    .bpf_fd = fd<Kind>(0x0202),
                    .file_flags = bpfxx::open_flags{0x0303},
                    .path_fd = fd<kind::directory>(0x0404),
                },
                24, {{0, 8, 0x0101'0101'0108}, {8, 4, 0x0202}, {12, 4, 0x0303}, {16, 4, 0x0404}});
}

template <class Kind>
void check_get(char const* what) {
    check<owned_fd<Kind>>(what,
                          attr::obj_get<Kind>{
                              .pathname = pointer<char>(0x0101'0101'0108),
                              .file_flags = bpfxx::open_flags{0x0303},
                              .path_fd = fd<kind::directory>(-100), // AT_FDCWD
                          },
                          24, {{0, 8, 0x0101'0101'0108}, {12, 4, 0x0303}, {16, 4, 0xffff'ff9c}});
}

template <class Info>
void check_info(char const* what, std::uint64_t info_size) {
    static_assert(std::is_trivially_copyable_v<Info> && std::has_unique_object_representations_v<Info>);
    check<std::uint32_t>(what,
                         attr::obj_get_info_by_fd<Info>{
                             .bpf_fd = fd<typename Info::kind>(0x0101),
                             .info = pointer<Info>(0x0303'0303'0308),
                         },
                         16, {{0, 4, 0x0101}, {4, 4, info_size}, {8, 8, 0x0303'0303'0308}},
                         {.written = {{4, 4, 0x4321}}, .value = 0x4321});
}

void check_infos() {
    check_info<info::program>("info of a program", 232);
    check_info<info::map>("info of a map", 104);
    check_info<info::btf>("info of type information", 32);
    check_info<info::token>("info of a token", 32);
    check_info<info::link_head>("info of a link", 16);
    check_info<info::link_raw_tracepoint>("info of a raw tracepoint link", 40);
    check_info<info::link_tracing>("info of a tracing link", 40);
    check_info<info::link_cgroup>("info of a cgroup link", 32);
    check_info<info::link_iter_map>("info of a map iterator", 32);
    check_info<info::link_iter_cgroup>("info of a cgroup iterator", 48);
    check_info<info::link_iter_task>("info of a task iterator", 40);
    check_info<info::link_netns>("info of a netns link", 24);
    check_info<info::link_xdp>("info of an XDP link", 24);
    check_info<info::link_struct_ops>("info of a struct_ops link", 24);
    check_info<info::link_netfilter>("info of a netfilter link", 32);
    check_info<info::link_kprobe_multi>("info of a kprobe_multi link", 48);
    check_info<info::link_uprobe_multi>("info of a uprobe_multi link", 64);
    check_info<info::link_perf_head>("info of a perf event link", 24);
    check_info<info::link_perf_uprobe>("info of a uprobe link", 56);
    check_info<info::link_perf_kprobe>("info of a kprobe link", 64);
    check_info<info::link_perf_tracepoint>("info of a tracepoint link", 48);
    check_info<info::link_perf_event>("info of a perf event's own link", 48);
    check_info<info::link_tcx>("info of a tcx link", 24);
    check_info<info::link_netkit>("info of a netkit link", 24);
    check_info<info::link_sockmap>("info of a sockmap link", 24);
}

template <class NextId, class Id>
void check_next_id(char const* what) {
    check<Id>(what, NextId{.start_id = Id{0x0101}, .next_id = Id{0x0202}}, 8, {{0, 4, 0x0101}, {4, 4, 0x0202}},
              {.written = {{4, 4, 0x8765'4321}}, .value = 0x8765'4321});
}

void check_ids() {
    check_next_id<attr::prog_get_next_id, bpfxx::program_id>("prog_get_next_id");
    check_next_id<attr::map_get_next_id, bpfxx::map_id>("map_get_next_id");
    check_next_id<attr::btf_get_next_id, bpfxx::btf_id>("btf_get_next_id");
    check_next_id<attr::link_get_next_id, bpfxx::link_id>("link_get_next_id");

    check<owned_fd<kind::program>>("prog_get_fd_by_id",
                                   attr::prog_get_fd_by_id{.prog_id = bpfxx::program_id{0x8765'4321}}, 4,
                                   {{0, 4, 0x8765'4321}});
    check<owned_fd<kind::map>>(
        "map_get_fd_by_id",
        attr::map_get_fd_by_id{.map_id = bpfxx::map_id{0x8765'4321}, .open_flags = bpfxx::open_flags{0x0202}}, 12,
        {{0, 4, 0x8765'4321}, {8, 4, 0x0202}});
    check<owned_fd<kind::link>>("link_get_fd_by_id", attr::link_get_fd_by_id{.link_id = bpfxx::link_id{0x8765'4321}}, 4,
                                {{0, 4, 0x8765'4321}});
    check<owned_fd<kind::btf>>("btf_get_fd_by_id",
                               attr::btf_get_fd_by_id{
                                   .btf_id = bpfxx::btf_id{0x8765'4321},
                                   .open_flags = bpfxx::open_flags{0x0202},
                                   .fd_by_id_token_fd = fd<kind::token>(0x0303),
                               },
                               16, {{0, 4, 0x8765'4321}, {8, 4, 0x0202}, {12, 4, 0x0303}});
}

void check_btf_load() {
    check<owned_fd<kind::btf>>("btf_load",
                               attr::btf_load{
                                   .btf = pointer<std::byte>(0x0101'0101'0108),
                                   .btf_log_buf = pointer<char>(0x0202'0202'0208),
                                   .btf_size = 0x0303,
                                   .btf_log_size = 0x0404,
                                   .btf_log_level = bpfxx::log_level{0x0505},
                                   .btf_log_true_size = 0x0606,
                                   .btf_flags = bpfxx::btf_flags{0x0707},
                                   .btf_token_fd = fd<kind::token>(0x0808),
                               },
                               40,
                               {
                                   {0, 8, 0x0101'0101'0108},
                                   {8, 8, 0x0202'0202'0208},
                                   {16, 4, 0x0303},
                                   {20, 4, 0x0404},
                                   {24, 4, 0x0505},
                                   {28, 4, 0x0606},
                                   {32, 4, 0x0707},
                                   {36, 4, 0x0808},
                               },
                               {.written = {{28, 4, 0x7777}}});
}

} // namespace

void check_object_attributes() {
    check_pin<kind::map>("obj_pin: map");
    check_pin<kind::program>("obj_pin: program");
    check_pin<kind::link>("obj_pin: link");
    check_get<kind::map>("obj_get: map");
    check_get<kind::program>("obj_get: program");
    check_get<kind::link>("obj_get: link");
    check_infos();
    check_ids();
    check_btf_load();
    check<owned_fd<kind::iterator>>("iter_create",
                                    attr::iter_create{.link_fd = fd<kind::link>(0x0101), .flags = 0x0202}, 8,
                                    {{0, 4, 0x0101}, {4, 4, 0x0202}});
    check<owned_fd<kind::token>>("token_create",
                                 attr::token_create{.flags = 0x0101, .bpffs_fd = fd<kind::directory>(0x0202)}, 8,
                                 {{0, 4, 0x0101}, {4, 4, 0x0202}});
}

} // namespace sys_test
