#include "sys/attr_proof.hpp"

#include <bpfxx/sys/attr/map.hpp>

// Offsets and sizes are the kernel's, `union bpf_attr`.
namespace sys_test {

namespace attr = bpfxx::sys::attr;

namespace {

void check_create() {
    check<owned_fd<kind::map>>("map_create",
                               attr::map_create{
                                   .map_type = bpfxx::map_type{0x0101},
                                   .key_size = 0x0202,
                                   .value_size = 0x0303,
                                   .max_entries = 0x0404,
                                   .flags = bpfxx::map_flags{0x0505},
                                   .inner_map_fd = fd<kind::map>(0x0606),
                                   .numa_node = 0x0707,
                                   .map_name = "map_name_of_15c",
                                   .map_ifindex = bpfxx::interface_index{0x0909},
                                   .btf_fd = fd<kind::btf>(0x0a0a),
                                   .btf_key_type_id = 0x0b0b,
                                   .btf_value_type_id = 0x0c0c,
                                   .btf_vmlinux_value_type_id = 0x0d0d,
                                   .map_extra = 0x0e0e'0e0e'0e0e,
                                   .value_type_btf_obj_fd = fd<kind::btf>(0x0f0f),
                                   .map_token_fd = fd<kind::token>(0x1010),
                                   .excl_prog_hash = pointer<std::byte>(0x1111'1111'1118),
                                   .excl_prog_hash_size = 0x1212,
                               },
                               96,
                               {
                                   {0, 4, 0x0101},
                                   {4, 4, 0x0202},
                                   {8, 4, 0x0303},
                                   {12, 4, 0x0404},
                                   {16, 4, 0x0505},
                                   {20, 4, 0x0606},
                                   {24, 4, 0x0707},
                                   name_field(28, "map_name_of_15c"),
                                   {44, 4, 0x0909},
                                   {48, 4, 0x0a0a},
                                   {52, 4, 0x0b0b},
                                   {56, 4, 0x0c0c},
                                   {60, 4, 0x0d0d},
                                   {64, 8, 0x0e0e'0e0e'0e0e},
                                   {72, 4, 0x0f0f},
                                   {76, 4, 0x1010},
                                   {80, 8, 0x1111'1111'1118},
                                   {88, 4, 0x1212},
                               });
    check<owned_fd<kind::map>>("map_create, the least of it", attr::map_create{.map_type = bpfxx::map_type::hash}, 96,
                               {{0, 4, 1}});
}

void check_elements() {
    check<void>("map_lookup_elem",
                attr::map_lookup_elem{
                    .map_fd = fd<kind::map>(0x0101),
                    .key = pointer<void>(0x0202'0202'0208),
                    .value = pointer<void>(0x0303'0303'0308),
                    .flags = bpfxx::element_flags{0x0404'0404'0404},
                },
                32, {{0, 4, 0x0101}, {8, 8, 0x0202'0202'0208}, {16, 8, 0x0303'0303'0308}, {24, 8, 0x0404'0404'0404}});
    check<void>("map_update_elem",
                attr::map_update_elem{
                    .map_fd = fd<kind::map>(0x0101),
                    .key = pointer<void>(0x0202'0202'0208),
                    .value = pointer<void>(0x0303'0303'0308),
                    .flags = bpfxx::element_flags{0x0404'0404'0404},
                },
                32, {{0, 4, 0x0101}, {8, 8, 0x0202'0202'0208}, {16, 8, 0x0303'0303'0308}, {24, 8, 0x0404'0404'0404}});
    check<void>("map_delete_elem",
                attr::map_delete_elem{.map_fd = fd<kind::map>(0x0101), .key = pointer<void>(0x0202'0202'0208)}, 16,
                {{0, 4, 0x0101}, {8, 8, 0x0202'0202'0208}});
    check<void>("map_get_next_key",
                attr::map_get_next_key{
                    .map_fd = fd<kind::map>(0x0101),
                    .key = pointer<void>(0x0202'0202'0208),
                    .next_key = pointer<void>(0x0303'0303'0308),
                },
                24, {{0, 4, 0x0101}, {8, 8, 0x0202'0202'0208}, {16, 8, 0x0303'0303'0308}});
    check<void>("map_get_next_key, the first",
                attr::map_get_next_key{.map_fd = fd<kind::map>(0x0101), .next_key = pointer<void>(0x0303'0303'0308)},
                24, {{0, 4, 0x0101}, {16, 8, 0x0303'0303'0308}});
    check<void>("map_lookup_and_delete_elem",
                attr::map_lookup_and_delete_elem{
                    .map_fd = fd<kind::map>(0x0101),
                    .key = pointer<void>(0x0202'0202'0208),
                    .value = pointer<void>(0x0303'0303'0308),
                    .flags = bpfxx::element_flags{0x0404'0404'0404},
                },
                32, {{0, 4, 0x0101}, {8, 8, 0x0202'0202'0208}, {16, 8, 0x0303'0303'0308}, {24, 8, 0x0404'0404'0404}});
    check<void>("map_freeze", attr::map_freeze{.map_fd = fd<kind::map>(0x0101)}, 4, {{0, 4, 0x0101}});
}

template <class Batch>
void check_batch(char const* what) {
    check<void>(what,
                Batch{
                    .in_batch = pointer<void>(0x0101'0101'0108),
                    .out_batch = pointer<void>(0x0202'0202'0208),
                    .keys = pointer<void>(0x0303'0303'0308),
                    .values = pointer<void>(0x0404'0404'0408),
                    .count = 0x0505,
                    .map_fd = fd<kind::map>(0x0606),
                    .elem_flags = bpfxx::element_flags{0x0707'0707'0707},
                    .flags = 0x0808'0808'0808,
                },
                56,
                {
                    {0, 8, 0x0101'0101'0108},
                    {8, 8, 0x0202'0202'0208},
                    {16, 8, 0x0303'0303'0308},
                    {24, 8, 0x0404'0404'0408},
                    {32, 4, 0x0505},
                    {36, 4, 0x0606},
                    {40, 8, 0x0707'0707'0707},
                    {48, 8, 0x0808'0808'0808},
                },
                {.written = {{32, 4, 0x0104}}});
}

} // namespace

void check_map_attributes() {
    check_create();
    check_elements();
    check_batch<attr::map_lookup_batch>("map_lookup_batch");
    check_batch<attr::map_lookup_and_delete_batch>("map_lookup_and_delete_batch");
    check_batch<attr::map_update_batch>("map_update_batch");
    check_batch<attr::map_delete_batch>("map_delete_batch");
}

} // namespace sys_test
