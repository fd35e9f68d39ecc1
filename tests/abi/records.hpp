#pragma once
// SPDX-License-Identifier: BSL-1.0

#include "abi/attributes.hpp"
#include "abi/structure.hpp"

#include <bpfxx/btf/wire.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/sys/attr/common.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/info/btf.hpp>
#include <bpfxx/sys/info/debug.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/info/program.hpp>

#include <vector>

// Every other struct that the kernel and the library exchange: what it says of its objects, instructions, BTF.
namespace abi {

inline std::vector<structure> infos() {
    using namespace bpfxx::sys;
    return {
        STRUCT(info::map, "bpf_map_info", FIELD(type), FIELD(id), FIELD(key_size), FIELD(value_size),
               FIELD(max_entries), FIELD(map_flags), FIELD(name), FIELD(ifindex), FIELD(btf_vmlinux_value_type_id),
               FIELD(netns_dev), FIELD(netns_ino), FIELD(btf_id), FIELD(btf_key_type_id), FIELD(btf_value_type_id),
               FIELD(btf_vmlinux_id), FIELD(map_extra), FIELD(hash), FIELD(hash_size), RESERVED(reserved_1)),
        STRUCT(info::program, "bpf_prog_info", FIELD(type), FIELD(id), FIELD(tag), FIELD(jited_prog_len),
               FIELD(xlated_prog_len), FIELD(jited_prog_insns), FIELD(xlated_prog_insns), FIELD(load_time),
               FIELD(created_by_uid), FIELD(nr_map_ids), FIELD(map_ids), FIELD(name), FIELD(ifindex),
               FIELD(gpl_compatible), FIELD(netns_dev), FIELD(netns_ino), FIELD(nr_jited_ksyms),
               FIELD(nr_jited_func_lens), FIELD(jited_ksyms), FIELD(jited_func_lens), FIELD(btf_id),
               FIELD(func_info_rec_size), FIELD(func_info), FIELD(nr_func_info), FIELD(nr_line_info), FIELD(line_info),
               FIELD(jited_line_info), FIELD(nr_jited_line_info), FIELD(line_info_rec_size),
               FIELD(jited_line_info_rec_size), FIELD(nr_prog_tags), FIELD(prog_tags), FIELD(run_time_ns),
               FIELD(run_cnt), FIELD(recursion_misses), FIELD(verified_insns), FIELD(attach_btf_obj_id),
               FIELD(attach_btf_id), RESERVED(reserved_1)),
        STRUCT(info::btf, "bpf_btf_info", FIELD_AS(bytes, "btf"), FIELD(btf_size), FIELD(id), FIELD(name),
               FIELD(name_len), FIELD(kernel_btf)),
        STRUCT(info::token, "bpf_token_info", FIELD(allowed_cmds), FIELD(allowed_maps), FIELD(allowed_progs),
               FIELD(allowed_attachs)),
    };
}

// From the base by name, since link_perf_event has another member called `type`.
#define LINK_HEAD FIELD_OF(info::link_head, type), FIELD(id), FIELD(prog_id), RESERVED(reserved_1)
#define PERF_HEAD LINK_HEAD, FIELD_AS(event_type, "perf_event.type"), RESERVED(reserved_2)
#define ITER_HEAD                                                                                                      \
    LINK_HEAD, FIELD_AS(target_name, "iter.target_name"), FIELD_AS(target_name_len, "iter.target_name_len")

inline std::vector<structure> link_infos() {
    using namespace bpfxx::sys;
    return {
        STRUCT(info::link_head, "bpf_link_info", LINK_HEAD),
        STRUCT(info::link_raw_tracepoint, "bpf_link_info", LINK_HEAD, FIELD_AS(tp_name, "raw_tracepoint.tp_name"),
               FIELD_AS(tp_name_len, "raw_tracepoint.tp_name_len"), RESERVED(reserved_2),
               FIELD_AS(cookie, "raw_tracepoint.cookie")),
        STRUCT(info::link_tracing, "bpf_link_info", LINK_HEAD, FIELD_AS(attach_type, "tracing.attach_type"),
               FIELD_AS(target_obj_id, "tracing.target_obj_id"), FIELD_AS(target_btf_id, "tracing.target_btf_id"),
               RESERVED(reserved_2), FIELD_AS(cookie, "tracing.cookie")),
        STRUCT(info::link_cgroup, "bpf_link_info", LINK_HEAD, FIELD_AS(cgroup_id, "cgroup.cgroup_id"),
               FIELD_AS(attach_type, "cgroup.attach_type"), RESERVED(reserved_2)),
        STRUCT(info::link_iter_map, "bpf_link_info", ITER_HEAD, FIELD_AS(map_id, "iter.map.map_id")),
        STRUCT(info::link_iter_cgroup, "bpf_link_info", ITER_HEAD, NOT_READ(reserved_2, "iter.map.map_id"),
               FIELD_AS(cgroup_id, "iter.cgroup.cgroup_id"), FIELD_AS(order, "iter.cgroup.order"),
               RESERVED(reserved_3)),
        STRUCT(info::link_iter_task, "bpf_link_info", ITER_HEAD, NOT_READ(reserved_2, "iter.map.map_id"),
               FIELD_AS(tid, "iter.task.tid"), FIELD_AS(pid, "iter.task.pid")),
        STRUCT(info::link_netns, "bpf_link_info", LINK_HEAD, FIELD_AS(netns_ino, "netns.netns_ino"),
               FIELD_AS(attach_type, "netns.attach_type")),
        STRUCT(info::link_xdp, "bpf_link_info", LINK_HEAD, FIELD_AS(ifindex, "xdp.ifindex"), RESERVED(reserved_2)),
        STRUCT(info::link_struct_ops, "bpf_link_info", LINK_HEAD, FIELD_AS(map_id, "struct_ops.map_id"),
               RESERVED(reserved_2)),
        STRUCT(info::link_netfilter, "bpf_link_info", LINK_HEAD, FIELD_AS(pf, "netfilter.pf"),
               FIELD_AS(hooknum, "netfilter.hooknum"), FIELD_AS(priority, "netfilter.priority"),
               FIELD_AS(flags, "netfilter.flags")),
        STRUCT(info::link_kprobe_multi, "bpf_link_info", LINK_HEAD, FIELD_AS(addrs, "kprobe_multi.addrs"),
               FIELD_AS(count, "kprobe_multi.count"), FIELD_AS(flags, "kprobe_multi.flags"),
               FIELD_AS(missed, "kprobe_multi.missed"), FIELD_AS(cookies, "kprobe_multi.cookies")),
        STRUCT(info::link_uprobe_multi, "bpf_link_info", LINK_HEAD, FIELD_AS(path, "uprobe_multi.path"),
               FIELD_AS(offsets, "uprobe_multi.offsets"), FIELD_AS(ref_ctr_offsets, "uprobe_multi.ref_ctr_offsets"),
               FIELD_AS(cookies, "uprobe_multi.cookies"), FIELD_AS(path_size, "uprobe_multi.path_size"),
               FIELD_AS(count, "uprobe_multi.count"), FIELD_AS(flags, "uprobe_multi.flags"),
               FIELD_AS(pid, "uprobe_multi.pid")),
        STRUCT(info::link_perf_head, "bpf_link_info", PERF_HEAD),
        STRUCT(info::link_perf_uprobe, "bpf_link_info", PERF_HEAD, FIELD_AS(file_name, "perf_event.uprobe.file_name"),
               FIELD_AS(name_len, "perf_event.uprobe.name_len"), FIELD_AS(offset, "perf_event.uprobe.offset"),
               FIELD_AS(cookie, "perf_event.uprobe.cookie"),
               FIELD_AS(ref_ctr_offset, "perf_event.uprobe.ref_ctr_offset")),
        STRUCT(info::link_perf_kprobe, "bpf_link_info", PERF_HEAD, FIELD_AS(func_name, "perf_event.kprobe.func_name"),
               FIELD_AS(name_len, "perf_event.kprobe.name_len"), FIELD_AS(offset, "perf_event.kprobe.offset"),
               FIELD_AS(addr, "perf_event.kprobe.addr"), FIELD_AS(missed, "perf_event.kprobe.missed"),
               FIELD_AS(cookie, "perf_event.kprobe.cookie")),
        STRUCT(info::link_perf_tracepoint, "bpf_link_info", PERF_HEAD,
               FIELD_AS(tp_name, "perf_event.tracepoint.tp_name"), FIELD_AS(name_len, "perf_event.tracepoint.name_len"),
               RESERVED(reserved_3), FIELD_AS(cookie, "perf_event.tracepoint.cookie")),
        STRUCT(info::link_perf_event, "bpf_link_info", PERF_HEAD, FIELD_AS(config, "perf_event.event.config"),
               FIELD_AS(type, "perf_event.event.type"), RESERVED(reserved_3),
               FIELD_AS(cookie, "perf_event.event.cookie")),
        STRUCT(info::link_interface, "bpf_link_info", LINK_HEAD, FIELD_AS(ifindex, "tcx.ifindex", "netkit.ifindex"),
               FIELD_AS(attach_type, "tcx.attach_type", "netkit.attach_type")),
        STRUCT(info::link_sockmap, "bpf_link_info", LINK_HEAD, FIELD_AS(map_id, "sockmap.map_id"),
               FIELD_AS(attach_type, "sockmap.attach_type")),
    };
}

#undef ITER_HEAD
#undef PERF_HEAD
#undef LINK_HEAD

inline std::vector<structure> records() {
    using namespace bpfxx;
    using namespace bpfxx::sys;
    return {
        STRUCT(insn::instruction, "bpf_insn", FIELD(code), FIELD_AS(registers, "dst_reg", "src_reg"), FIELD(off),
               FIELD(imm)),
        STRUCT(common_attr, "bpf_common_attr", FIELD(log_buf), FIELD(log_size), FIELD(log_level), FIELD(log_true_size),
               RESERVED(reserved)),
        STRUCT(attr::iterator_over_map, "bpf_iter_link_info.map", FIELD(map_fd)),
        STRUCT(attr::iterator_over_cgroup, "bpf_iter_link_info.cgroup", FIELD(order), FIELD(cgroup_fd),
               FIELD(cgroup_id)),
        STRUCT(attr::iterator_over_task, "bpf_iter_link_info.task", FIELD(tid), FIELD(pid), FIELD(pid_fd)),
        STRUCT(info::func_info, "bpf_func_info", FIELD(insn_off), FIELD(type_id)),
        STRUCT(info::line_info, "bpf_line_info", FIELD(insn_off), FIELD(file_name_off), FIELD(line_off),
               FIELD(line_col)),
        STRUCT(info::core_relo, "bpf_core_relo", FIELD(insn_off), FIELD(type_id), FIELD(access_str_off), FIELD(kind)),
        STRUCT(btf::wire::header, "btf_header", FIELD(magic), FIELD(version), FIELD(flags),
               FIELD_AS(header_length, "hdr_len"), FIELD_AS(types_offset, "type_off"),
               FIELD_AS(types_length, "type_len"), FIELD_AS(strings_offset, "str_off"),
               FIELD_AS(strings_length, "str_len")),
        STRUCT(btf::wire::type_record, "btf_type", FIELD_AS(name, "name_off"), FIELD(info),
               FIELD_AS(size_or_type, "size", "type")),
        STRUCT(btf::wire::array, "btf_array", FIELD_AS(element, "type"), FIELD_AS(index, "index_type"),
               FIELD_AS(count, "nelems")),
        STRUCT(btf::wire::member, "btf_member", FIELD_AS(name, "name_off"), FIELD(type), FIELD(offset)),
        STRUCT(btf::wire::enum_value, "btf_enum", FIELD_AS(name, "name_off"), FIELD_AS(value, "val")),
        STRUCT(btf::wire::enum64_value, "btf_enum64", FIELD_AS(name, "name_off"), FIELD_AS(low, "val_lo32"),
               FIELD_AS(high, "val_hi32")),
        STRUCT(btf::wire::parameter, "btf_param", FIELD_AS(name, "name_off"), FIELD(type)),
        STRUCT(btf::wire::variable, "btf_var", FIELD(linkage)),
        STRUCT(btf::wire::section_entry, "btf_var_secinfo", FIELD(type), FIELD(offset), FIELD(size)),
        STRUCT(btf::wire::decl_tag, "btf_decl_tag", FIELD_AS(component, "component_idx")),
    };
}

/// All of them.
inline std::vector<structure> const& structures() {
    static std::vector<structure> const all = [] {
        std::vector<structure> made;
        for (auto const& part : {map_attributes(), program_attributes(), link_attributes(), object_attributes(),
                                 infos(), link_infos(), records()})
            made.insert(made.end(), part.begin(), part.end());
        return made;
    }();
    return all;
}

} // namespace abi
