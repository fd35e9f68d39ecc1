#pragma once
// SPDX-License-Identifier: BSL-1.0

#include "abi/structure.hpp"

#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/attr/common.hpp>
#include <bpfxx/sys/attr/iter.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/attr/token.hpp>

#include <bpfxx/sys/info/btf.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/info/program.hpp>

#include <vector>

// Every struct that bpf(2) takes as its attribute, member by member.
namespace abi {

inline std::vector<structure> map_attributes() {
    using namespace bpfxx::sys;
    return {
        STRUCT(attr::map_create, "bpf_attr", FIELD(map_type), FIELD(key_size), FIELD(value_size), FIELD(max_entries),
               FIELD_AS(flags, "map_flags"), FIELD(inner_map_fd), FIELD(numa_node), FIELD(map_name), FIELD(map_ifindex),
               FIELD(btf_fd), FIELD(btf_key_type_id), FIELD(btf_value_type_id), FIELD(btf_vmlinux_value_type_id),
               FIELD(map_extra), FIELD(value_type_btf_obj_fd), FIELD(map_token_fd), FIELD(excl_prog_hash),
               FIELD(excl_prog_hash_size), RESERVED(reserved_1)),
        STRUCT(attr::map_lookup_elem, "bpf_attr", FIELD(map_fd), RESERVED(reserved_1), FIELD(key), FIELD(value),
               FIELD(flags)),
        STRUCT(attr::map_update_elem, "bpf_attr", FIELD(map_fd), RESERVED(reserved_1), FIELD(key), FIELD(value),
               FIELD(flags)),
        STRUCT(attr::map_delete_elem, "bpf_attr", FIELD(map_fd), RESERVED(reserved_1), FIELD(key)),
        STRUCT(attr::map_get_next_key, "bpf_attr", FIELD(map_fd), RESERVED(reserved_1), FIELD(key), FIELD(next_key)),
        STRUCT(attr::map_lookup_and_delete_elem, "bpf_attr", FIELD(map_fd), RESERVED(reserved_1), FIELD(key),
               FIELD(value), FIELD(flags)),
        STRUCT(attr::map_freeze, "bpf_attr", FIELD(map_fd)),
        STRUCT(attr::map_lookup_batch, "bpf_attr.batch", FIELD(in_batch), FIELD(out_batch), FIELD(keys), FIELD(values),
               FIELD(count), FIELD(map_fd), FIELD(elem_flags), FIELD(flags)),
        STRUCT(attr::map_lookup_and_delete_batch, "bpf_attr.batch", FIELD(in_batch), FIELD(out_batch), FIELD(keys),
               FIELD(values), FIELD(count), FIELD(map_fd), FIELD(elem_flags), FIELD(flags)),
        STRUCT(attr::map_update_batch, "bpf_attr.batch", NOT_READ(in_batch, "in_batch"),
               NOT_READ(out_batch, "out_batch"), FIELD(keys), FIELD(values), FIELD(count), FIELD(map_fd),
               FIELD(elem_flags), FIELD(flags)),
        STRUCT(attr::map_delete_batch, "bpf_attr.batch", NOT_READ(in_batch, "in_batch"),
               NOT_READ(out_batch, "out_batch"), FIELD(keys), NOT_READ(values, "values"), FIELD(count), FIELD(map_fd),
               FIELD(elem_flags), FIELD(flags)),
    };
}

inline std::vector<structure> program_attributes() {
    using namespace bpfxx::sys;
    return {
        STRUCT(attr::prog_load, "bpf_attr", FIELD(prog_type), FIELD(insn_cnt), FIELD(insns), FIELD(license),
               FIELD(log_level), FIELD(log_size), FIELD(log_buf), FIELD(kern_version), FIELD(prog_flags),
               FIELD(prog_name), FIELD(prog_ifindex), FIELD(expected_attach_type), FIELD(prog_btf_fd),
               FIELD(func_info_rec_size), FIELD(func_info), FIELD(func_info_cnt), FIELD(line_info_rec_size),
               FIELD(line_info), FIELD(line_info_cnt), FIELD(attach_btf_id),
               FIELD_AS(attach_target_fd, "attach_prog_fd", "attach_btf_obj_fd"), FIELD(core_relo_cnt), FIELD(fd_array),
               FIELD(core_relos), FIELD(core_relo_rec_size), FIELD(log_true_size), FIELD(prog_token_fd),
               FIELD(fd_array_cnt), FIELD(signature), FIELD(signature_size), FIELD(keyring_id)),
        STRUCT(attr::prog_attach, "bpf_attr", FIELD(target_fd), FIELD(attach_bpf_fd), FIELD(attach_type),
               FIELD(attach_flags), FIELD(replace_bpf_fd), FIELD_AS(relative, "relative_fd", "relative_id"),
               FIELD(expected_revision)),
        STRUCT(attr::prog_attach_interface, "bpf_attr", FIELD(target_ifindex), FIELD(attach_bpf_fd), FIELD(attach_type),
               FIELD(attach_flags), FIELD(replace_bpf_fd), FIELD_AS(relative, "relative_fd", "relative_id"),
               FIELD(expected_revision)),
        STRUCT(attr::prog_detach, "bpf_attr", FIELD(target_fd), FIELD(attach_bpf_fd), FIELD(attach_type),
               FIELD(attach_flags), NOT_READ(reserved_1, "replace_bpf_fd"),
               FIELD_AS(relative, "relative_fd", "relative_id"), FIELD(expected_revision)),
        STRUCT(attr::prog_detach_interface, "bpf_attr", FIELD(target_ifindex), FIELD(attach_bpf_fd), FIELD(attach_type),
               FIELD(attach_flags), NOT_READ(reserved_1, "replace_bpf_fd"),
               FIELD_AS(relative, "relative_fd", "relative_id"), FIELD(expected_revision)),
        STRUCT(attr::prog_test_run, "bpf_attr.test", FIELD(prog_fd), FIELD(retval), FIELD(data_size_in),
               FIELD(data_size_out), FIELD(data_in), FIELD(data_out), FIELD(repeat), FIELD(duration),
               FIELD(ctx_size_in), FIELD(ctx_size_out), FIELD(ctx_in), FIELD(ctx_out), FIELD(flags), FIELD(cpu),
               FIELD(batch_size), RESERVED(reserved_1)),
        STRUCT(attr::prog_query, "bpf_attr.query", FIELD(target_fd), FIELD(attach_type), FIELD(query_flags),
               FIELD(attach_flags), FIELD(prog_ids), FIELD(prog_cnt), RESERVED(reserved_1), FIELD(prog_attach_flags),
               FIELD(link_ids), FIELD(link_attach_flags), FIELD(revision)),
        STRUCT(attr::prog_query_interface, "bpf_attr.query", FIELD(target_ifindex), FIELD(attach_type),
               FIELD(query_flags), FIELD(attach_flags), FIELD(prog_ids), FIELD(count), RESERVED(reserved_1),
               FIELD(prog_attach_flags), FIELD(link_ids), FIELD(link_attach_flags), FIELD(revision)),
        STRUCT(attr::prog_bind_map, "bpf_attr.prog_bind_map", FIELD(prog_fd), FIELD(map_fd), FIELD(flags)),
        STRUCT(attr::prog_stream_read, "bpf_attr.prog_stream_read", FIELD(stream_buf), FIELD(stream_buf_len),
               FIELD(stream_id), FIELD(prog_fd), RESERVED(reserved_1)),
        STRUCT(attr::prog_assoc_struct_ops, "bpf_attr.prog_assoc_struct_ops", FIELD(map_fd), FIELD(prog_fd),
               FIELD(flags)),
        STRUCT(attr::task_fd_query, "bpf_attr.task_fd_query", FIELD(pid), FIELD(fd), FIELD(flags), FIELD(buf_len),
               FIELD(buf), FIELD(prog_id), FIELD(fd_type), FIELD(probe_offset), FIELD(probe_addr)),
        STRUCT(attr::enable_stats, "bpf_attr.enable_stats", FIELD(type)),
    };
}

inline std::vector<structure> link_attributes() {
    using namespace bpfxx::sys;
    return {
        STRUCT(attr::link_create_netns, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd), FIELD(attach_type),
               FIELD(flags)),
        STRUCT(attr::link_create_sockmap, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd), FIELD(attach_type),
               FIELD(flags)),
        STRUCT(attr::link_create_xdp, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_ifindex), FIELD(attach_type),
               FIELD(flags)),
        STRUCT(attr::link_create_cgroup, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd), FIELD(attach_type),
               FIELD(flags), FIELD_AS(relative, "cgroup.relative_fd", "cgroup.relative_id"), RESERVED(reserved_1),
               FIELD_AS(expected_revision, "cgroup.expected_revision")),
        STRUCT(attr::link_create_interface, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_ifindex),
               FIELD(attach_type), FIELD(flags),
               FIELD_AS(relative, "tcx.relative_fd", "tcx.relative_id", "netkit.relative_fd", "netkit.relative_id"),
               RESERVED(reserved_1), FIELD_AS(expected_revision, "tcx.expected_revision", "netkit.expected_revision")),
        STRUCT(attr::link_create_tracing, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd), FIELD(attach_type),
               FIELD(flags), FIELD_AS(target_btf_id, "target_btf_id", "tracing.target_btf_id"), RESERVED(reserved_1),
               FIELD_AS(cookie, "tracing.cookie")),
        STRUCT(attr::link_create_iter, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd), FIELD(attach_type),
               FIELD(flags), FIELD(iter_info), FIELD(iter_info_len), RESERVED(reserved_1)),
        STRUCT(attr::link_create_perf_event, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd),
               FIELD(attach_type), FIELD(flags), FIELD_AS(bpf_cookie, "perf_event.bpf_cookie")),
        STRUCT(attr::link_create_kprobe_multi, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd),
               FIELD(attach_type), FIELD_AS(link_flags, "flags"), FIELD_AS(flags, "kprobe_multi.flags"),
               FIELD_AS(cnt, "kprobe_multi.cnt"), FIELD_AS(syms, "kprobe_multi.syms"),
               FIELD_AS(addrs, "kprobe_multi.addrs"), FIELD_AS(cookies, "kprobe_multi.cookies")),
        STRUCT(attr::link_create_netfilter, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd),
               FIELD(attach_type), FIELD_AS(link_flags, "flags"), FIELD_AS(pf, "netfilter.pf"),
               FIELD_AS(hooknum, "netfilter.hooknum"), FIELD_AS(priority, "netfilter.priority"),
               FIELD_AS(flags, "netfilter.flags")),
        STRUCT(attr::link_create_uprobe_multi, "bpf_attr.link_create", FIELD(prog_fd), FIELD(target_fd),
               FIELD(attach_type), FIELD_AS(link_flags, "flags"), FIELD_AS(path, "uprobe_multi.path"),
               FIELD_AS(offsets, "uprobe_multi.offsets"), FIELD_AS(ref_ctr_offsets, "uprobe_multi.ref_ctr_offsets"),
               FIELD_AS(cookies, "uprobe_multi.cookies"), FIELD_AS(cnt, "uprobe_multi.cnt"),
               FIELD_AS(flags, "uprobe_multi.flags"), FIELD_AS(pid, "uprobe_multi.pid"), RESERVED(reserved_1)),
        STRUCT(attr::link_create_struct_ops, "bpf_attr.link_create", FIELD(map_fd), FIELD(target_fd),
               FIELD(attach_type), FIELD(flags)),
        STRUCT(attr::raw_tracepoint_open, "bpf_attr.raw_tracepoint", FIELD(name), FIELD(prog_fd), RESERVED(reserved_1),
               FIELD(cookie)),
        STRUCT(attr::link_update, "bpf_attr.link_update", FIELD(link_fd), FIELD(new_prog_fd), FIELD(flags),
               FIELD(old_prog_fd)),
        STRUCT(attr::link_update_map, "bpf_attr.link_update", FIELD(link_fd), FIELD(new_map_fd), FIELD(flags),
               FIELD(old_map_fd)),
        STRUCT(attr::link_detach, "bpf_attr.link_detach", FIELD(link_fd)),
        STRUCT(attr::iter_create, "bpf_attr.iter_create", FIELD(link_fd), FIELD(flags)),
    };
}

inline std::vector<structure> object_attributes() {
    using namespace bpfxx::sys;
    return {
        STRUCT(attr::obj_pin, "bpf_attr", FIELD(pathname), FIELD(bpf_fd), FIELD(file_flags), FIELD(path_fd),
               RESERVED(reserved_1)),
        STRUCT(attr::obj_get<bpfxx::kind::map>, "bpf_attr", FIELD(pathname), FIELD(bpf_fd), FIELD(file_flags),
               FIELD(path_fd), RESERVED(reserved_1)),
        STRUCT(attr::obj_get_info_by_fd<info::map>, "bpf_attr.info", FIELD(bpf_fd), FIELD(info_len), FIELD(info)),
        STRUCT(attr::obj_get_info_by_fd<info::program>, "bpf_attr.info", FIELD(bpf_fd), FIELD(info_len), FIELD(info)),
        STRUCT(attr::obj_get_info_by_fd<info::btf>, "bpf_attr.info", FIELD(bpf_fd), FIELD(info_len), FIELD(info)),
        STRUCT(attr::obj_get_info_by_fd<info::token>, "bpf_attr.info", FIELD(bpf_fd), FIELD(info_len), FIELD(info)),
        STRUCT(attr::obj_get_info_by_fd<info::link_head>, "bpf_attr.info", FIELD(bpf_fd), FIELD(info_len), FIELD(info)),
        STRUCT(attr::prog_get_next_id, "bpf_attr", FIELD(start_id), FIELD(next_id)),
        STRUCT(attr::map_get_next_id, "bpf_attr", FIELD(start_id), FIELD(next_id)),
        STRUCT(attr::btf_get_next_id, "bpf_attr", FIELD(start_id), FIELD(next_id)),
        STRUCT(attr::link_get_next_id, "bpf_attr", FIELD(start_id), FIELD(next_id)),
        STRUCT(attr::prog_get_fd_by_id, "bpf_attr", FIELD(prog_id)),
        STRUCT(attr::map_get_fd_by_id, "bpf_attr", FIELD(map_id), NOT_READ(reserved_1, "next_id"), FIELD(open_flags)),
        STRUCT(attr::btf_get_fd_by_id, "bpf_attr", FIELD(btf_id), NOT_READ(reserved_1, "next_id"), FIELD(open_flags),
               FIELD(fd_by_id_token_fd)),
        STRUCT(attr::link_get_fd_by_id, "bpf_attr", FIELD(link_id)),
        STRUCT(attr::btf_load, "bpf_attr", FIELD(btf), FIELD(btf_log_buf), FIELD(btf_size), FIELD(btf_log_size),
               FIELD(btf_log_level), FIELD(btf_log_true_size), FIELD(btf_flags), FIELD(btf_token_fd)),
        STRUCT(attr::token_create, "bpf_attr.token_create", FIELD(flags), FIELD(bpffs_fd)),
    };
}

} // namespace abi
