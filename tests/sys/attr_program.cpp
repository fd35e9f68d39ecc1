#include "sys/attr_proof.hpp"

#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/attr/relative.hpp>

#include <vector>

// Offsets and sizes are the kernel's, `union bpf_attr`.
namespace sys_test {

namespace attr = bpfxx::sys::attr;

namespace {

using bpfxx::attach_flags;
using bpfxx::attach_type;
using bpfxx::interface_index;
namespace info = bpfxx::sys::info;

template <class Kind>
void check_load(char const* what) {
    check<owned_fd<kind::program>>(what,
                                   attr::prog_load{
                                       .prog_type = bpfxx::program_type{0x0101},
                                       .insn_cnt = 0x0202,
                                       .insns = pointer<bpfxx::insn::instruction>(0x0303'0303'0308),
                                       .license = pointer<char>(0x0404'0404'0408),
                                       .log_level = bpfxx::log_level{0x0505},
                                       .log_size = 0x0606,
                                       .log_buf = pointer<char>(0x0707'0707'0708),
                                       .kern_version = 0x0808,
                                       .prog_flags = bpfxx::program_flags{0x0909},
                                       .prog_name = "prog_name_of15c",
                                       .prog_ifindex = interface_index{0x0b0b},
                                       .expected_attach_type = attach_type{0x0c0c},
                                       .prog_btf_fd = fd<kind::btf>(0x0d0d),
                                       .func_info_rec_size = 0x0e0e,
                                       .func_info = pointer<info::func_info>(0x0f0f'0f0f'0f08),
                                       .func_info_cnt = 0x1010,
                                       .line_info_rec_size = 0x1111,
                                       .line_info = pointer<info::line_info>(0x1212'1212'1218),
                                       .line_info_cnt = 0x1313,
                                       .attach_btf_id = 0x1414,
                                       .attach_target_fd = fd<Kind>(0x1515),
                                       .core_relo_cnt = 0x1616,
                                       .fd_array = pointer<std::int32_t>(0x1717'1717'1718),
                                       .core_relos = pointer<info::core_relo>(0x1818'1818'1818),
                                       .core_relo_rec_size = 0x1919,
                                       .log_true_size = 0x1a1a,
                                       .prog_token_fd = fd<kind::token>(0x1b1b),
                                       .fd_array_cnt = 0x1c1c,
                                       .signature = pointer<std::byte>(0x1d1d'1d1d'1d18),
                                       .signature_size = 0x1e1e,
                                       .keyring_id = -0x1f1f,
                                   },
                                   168,
                                   {
                                       {0, 4, 0x0101},
                                       {4, 4, 0x0202},
                                       {8, 8, 0x0303'0303'0308},
                                       {16, 8, 0x0404'0404'0408},
                                       {24, 4, 0x0505},
                                       {28, 4, 0x0606},
                                       {32, 8, 0x0707'0707'0708},
                                       {40, 4, 0x0808},
                                       {44, 4, 0x0909},
                                       name_field(48, "prog_name_of15c"),
                                       {64, 4, 0x0b0b},
                                       {68, 4, 0x0c0c},
                                       {72, 4, 0x0d0d},
                                       {76, 4, 0x0e0e},
                                       {80, 8, 0x0f0f'0f0f'0f08},
                                       {88, 4, 0x1010},
                                       {92, 4, 0x1111},
                                       {96, 8, 0x1212'1212'1218},
                                       {104, 4, 0x1313},
                                       {108, 4, 0x1414},
                                       {112, 4, 0x1515},
                                       {116, 4, 0x1616},
                                       {120, 8, 0x1717'1717'1718},
                                       {128, 8, 0x1818'1818'1818},
                                       {136, 4, 0x1919},
                                       {140, 4, 0x1a1a},
                                       {144, 4, 0x1b1b},
                                       {148, 4, 0x1c1c},
                                       {152, 8, 0x1d1d'1d1d'1d18},
                                       {160, 4, 0x1e1e},
                                       {164, 4, 0xffff'e0e1},
                                   },
                                   {.written = {{140, 4, 0x7777}}});
}

/// The place beside another program or link, in each of its four forms: the same field.
template <class Check>
void for_each_relative(Check check_with) {
    check_with(attr::relative_place{fd<kind::program>(0x0606)});
    check_with(attr::relative_place{fd<kind::link>(0x0606)});
    check_with(attr::relative_place{bpfxx::program_id{0x0606}});
    check_with(attr::relative_place{bpfxx::link_id{0x0606}});
}

template <class Kind>
void check_attach_to(char const* what) {
    for_each_relative([&](attr::relative_place relative) {
        check<void>(what,
                    attr::prog_attach{
                        .target_fd = fd<Kind>(0x0101),
                        .attach_bpf_fd = fd<kind::program>(0x0202),
                        .attach_type = attach_type{0x0303},
                        .attach_flags = attach_flags{0x0404},
                        .replace_bpf_fd = fd<kind::program>(0x0505),
                        .relative = relative,
                        .expected_revision = 0x0707'0707'0707,
                    },
                    32,
                    {
                        {0, 4, 0x0101},
                        {4, 4, 0x0202},
                        {8, 4, 0x0303},
                        {12, 4, 0x0404},
                        {16, 4, 0x0505},
                        {20, 4, 0x0606},
                        {24, 8, 0x0707'0707'0707},
                    });
        check<void>(what,
                    attr::prog_detach{
                        .target_fd = fd<Kind>(0x0101),
                        .attach_bpf_fd = fd<kind::program>(0x0202),
                        .attach_type = attach_type{0x0303},
                        .attach_flags = attach_flags{0x0404},
                        .relative = relative,
                        .expected_revision = 0x0707'0707'0707,
                    },
                    32,
                    {
                        {0, 4, 0x0101},
                        {4, 4, 0x0202},
                        {8, 4, 0x0303},
                        {12, 4, 0x0404},
                        {20, 4, 0x0606},
                        {24, 8, 0x0707'0707'0707},
                    });
    });
}

void check_attach_to_interface() {
    for_each_relative([&](attr::relative_place relative) {
        check<void>("prog_attach_interface",
                    attr::prog_attach_interface{
                        .target_ifindex = interface_index{0x0101},
                        .attach_bpf_fd = fd<kind::program>(0x0202),
                        .attach_type = attach_type{0x0303},
                        .attach_flags = attach_flags{0x0404},
                        .replace_bpf_fd = fd<kind::program>(0x0505),
                        .relative = relative,
                        .expected_revision = 0x0707'0707'0707,
                    },
                    32,
                    {
                        {0, 4, 0x0101},
                        {4, 4, 0x0202},
                        {8, 4, 0x0303},
                        {12, 4, 0x0404},
                        {16, 4, 0x0505},
                        {20, 4, 0x0606},
                        {24, 8, 0x0707'0707'0707},
                    });
        check<void>("prog_detach_interface",
                    attr::prog_detach_interface{
                        .target_ifindex = interface_index{0x0101},
                        .attach_bpf_fd = fd<kind::program>(0x0202),
                        .attach_type = attach_type{0x0303},
                        .attach_flags = attach_flags{0x0404},
                        .relative = relative,
                        .expected_revision = 0x0707'0707'0707,
                    },
                    32,
                    {
                        {0, 4, 0x0101},
                        {4, 4, 0x0202},
                        {8, 4, 0x0303},
                        {12, 4, 0x0404},
                        {20, 4, 0x0606},
                        {24, 8, 0x0707'0707'0707},
                    });
    });
}

void check_test_run() {
    check<void>("prog_test_run",
                attr::prog_test_run{
                    .prog_fd = fd<kind::program>(0x0101),
                    .retval = 0x0202,
                    .data_size_in = 0x0303,
                    .data_size_out = 0x0404,
                    .data_in = pointer<void>(0x0505'0505'0508),
                    .data_out = pointer<void>(0x0606'0606'0608),
                    .repeat = 0x0707,
                    .duration = 0x0808,
                    .ctx_size_in = 0x0909,
                    .ctx_size_out = 0x0a0a,
                    .ctx_in = pointer<void>(0x0b0b'0b0b'0b08),
                    .ctx_out = pointer<void>(0x0c0c'0c0c'0c08),
                    .flags = bpfxx::test_run_flags{0x0d0d},
                    .cpu = 0x0e0e,
                    .batch_size = 0x0f0f,
                },
                80,
                {
                    {0, 4, 0x0101},
                    {4, 4, 0x0202},
                    {8, 4, 0x0303},
                    {12, 4, 0x0404},
                    {16, 8, 0x0505'0505'0508},
                    {24, 8, 0x0606'0606'0608},
                    {32, 4, 0x0707},
                    {36, 4, 0x0808},
                    {40, 4, 0x0909},
                    {44, 4, 0x0a0a},
                    {48, 8, 0x0b0b'0b0b'0b08},
                    {56, 8, 0x0c0c'0c0c'0c08},
                    {64, 4, 0x0d0d},
                    {68, 4, 0x0e0e},
                    {72, 4, 0x0f0f},
                },
                {.written = {{4, 4, 0x21}, {12, 4, 0x22}, {36, 4, 0x23}, {44, 4, 0x24}}});
}

std::vector<field> const query_fields{
    {0, 4, 0x0101},
    {4, 4, 0x0202},
    {8, 4, 0x0303},
    {12, 4, 0x0404},
    {16, 8, 0x0505'0505'0508},
    {24, 4, 0x0606},
    {32, 8, 0x0707'0707'0708},
    {40, 8, 0x0808'0808'0808},
    {48, 8, 0x0909'0909'0908},
    {56, 8, 0x0a0a'0a0a'0a0a},
};
answer const query_answer{.written = {{12, 4, 0x31}, {24, 4, 0x32}, {56, 8, 0x33}}};

template <class Kind>
void check_query_of(char const* what) {
    check<void>(what,
                attr::prog_query{
                    .target_fd = fd<Kind>(0x0101),
                    .attach_type = attach_type{0x0202},
                    .query_flags = bpfxx::query_flags{0x0303},
                    .attach_flags = attach_flags{0x0404},
                    .prog_ids = pointer<bpfxx::program_id>(0x0505'0505'0508),
                    .prog_cnt = 0x0606,
                    .prog_attach_flags = pointer<attach_flags>(0x0707'0707'0708),
                    .link_ids = pointer<bpfxx::link_id>(0x0808'0808'0808),
                    .link_attach_flags = pointer<attach_flags>(0x0909'0909'0908),
                    .revision = 0x0a0a'0a0a'0a0a,
                },
                64, query_fields, query_answer);
}

void check_query_of_interface() {
    check<void>("prog_query_interface",
                attr::prog_query_interface{
                    .target_ifindex = interface_index{0x0101},
                    .attach_type = attach_type{0x0202},
                    .query_flags = bpfxx::query_flags{0x0303},
                    .attach_flags = attach_flags{0x0404},
                    .prog_ids = pointer<bpfxx::program_id>(0x0505'0505'0508),
                    .count = 0x0606,
                    .prog_attach_flags = pointer<attach_flags>(0x0707'0707'0708),
                    .link_ids = pointer<bpfxx::link_id>(0x0808'0808'0808),
                    .link_attach_flags = pointer<attach_flags>(0x0909'0909'0908),
                    .revision = 0x0a0a'0a0a'0a0a,
                },
                64, query_fields, query_answer);
}

void check_the_small_ones() {
    check<void>(
        "prog_bind_map",
        attr::prog_bind_map{.prog_fd = fd<kind::program>(0x0101), .map_fd = fd<kind::map>(0x0202), .flags = 0x0303}, 12,
        {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 0x0303}});
    check<std::uint32_t>("prog_stream_read",
                         attr::prog_stream_read{
                             .stream_buf = pointer<char>(0x0101'0101'0108),
                             .stream_buf_len = 0x0202,
                             .stream_id = bpfxx::stream_id{0x0303},
                             .prog_fd = fd<kind::program>(0x0404),
                         },
                         24, {{0, 8, 0x0101'0101'0108}, {8, 4, 0x0202}, {12, 4, 0x0303}, {16, 4, 0x0404}},
                         {.returned = 0x51, .value = 0x51});
    check<void>("prog_assoc_struct_ops",
                attr::prog_assoc_struct_ops{
                    .map_fd = fd<kind::map>(0x0101), .prog_fd = fd<kind::program>(0x0202), .flags = 0x0303},
                12, {{0, 4, 0x0101}, {4, 4, 0x0202}, {8, 4, 0x0303}});
    check<void>("task_fd_query",
                attr::task_fd_query{
                    .pid = 0x0101,
                    .fd = 0x0202,
                    .flags = 0x0303,
                    .buf_len = 0x0404,
                    .buf = pointer<char>(0x0505'0505'0508),
                    .prog_id = bpfxx::program_id{0x0606},
                    .fd_type = bpfxx::task_fd_type{0x0707},
                    .probe_offset = 0x0808'0808'0808,
                    .probe_addr = 0x0909'0909'0909,
                },
                48,
                {
                    {0, 4, 0x0101},
                    {4, 4, 0x0202},
                    {8, 4, 0x0303},
                    {12, 4, 0x0404},
                    {16, 8, 0x0505'0505'0508},
                    {24, 4, 0x0606},
                    {28, 4, 0x0707},
                    {32, 8, 0x0808'0808'0808},
                    {40, 8, 0x0909'0909'0909},
                },
                {.written = {{12, 4, 0x61}, {24, 4, 0x62}, {28, 4, 0x63}, {32, 8, 0x64}, {40, 8, 0x65}}});
    check<owned_fd<kind::statistics>>("enable_stats", attr::enable_stats{.type = bpfxx::stats_type{0x0101}}, 4,
                                      {{0, 4, 0x0101}});
    check<owned_fd<kind::statistics>>("enable_stats, run time", attr::enable_stats{}, 4, {});
}

} // namespace

void check_program_attributes() {
    check_load<kind::program>("prog_load with attach_prog_fd");
    check_load<kind::btf>("prog_load with attach_btf_obj_fd");
    check_attach_to<kind::cgroup>("prog_attach, prog_detach: cgroup");
    check_attach_to<kind::map>("prog_attach, prog_detach: map");
    check_attach_to<kind::netns>("prog_attach, prog_detach: netns");
    check_attach_to<kind::device>("prog_attach, prog_detach: device");
    check_attach_to_interface();
    check_test_run();
    check_query_of<kind::cgroup>("prog_query: cgroup");
    check_query_of<kind::map>("prog_query: map");
    check_query_of<kind::netns>("prog_query: netns");
    check_query_of<kind::device>("prog_query: device");
    check_query_of_interface();
    check_the_small_ones();
}

} // namespace sys_test
