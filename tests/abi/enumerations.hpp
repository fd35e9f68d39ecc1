#pragma once
// SPDX-License-Identifier: BSL-1.0

#include "abi/enumerators.hpp"

#include <bpfxx/btf/wire.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Every enum of ours, and how the kernel spells its enumerators.
namespace abi {

/// One name of the UAPI header for an enumerator of ours. `in_btf` is what the kernel's own type information calls it:
/// the same, unless the header alone has that name; empty for a macro, which type information does not know.
struct entry {
    std::string_view ours;
    std::string uapi;
    std::string in_btf;
    std::uint64_t value = 0;
};

struct enumeration {
    std::string_view name;
    std::string_view kernel_enum;              // empty when it has no name there, or when its enumerators are macros
    std::vector<std::string_view> groups;      // of the facts; every row of them is one of the entries
    std::vector<std::string_view> kernel_only; // enumerators that the library leaves out on purpose
    bool of_an_option = false; // a kernel can be built without what uses these, and then its BTF lacks them
    std::vector<entry> entries;
};

struct renamed {
    std::string_view ours;
    std::string_view uapi; // empty for an enumerator that the kernel has no name for
    std::string_view in_btf = uapi;
};

struct spelling {
    std::string_view prefix;
    std::string_view kernel_enum = {};
    std::vector<std::string_view> groups = {};
    bool lower_case = false;
    bool macros = false;
    std::vector<std::string_view> no_macros = {}; // where the others are
    std::vector<renamed> others = {};             // an enumerator of ours may stand here twice
    std::vector<std::string_view> kernel_only = {};
    bool of_an_option = false;
};

/// `int_` is spelled INT.
[[nodiscard]] inline std::string kernel_name(std::string_view ours, spelling const& how) {
    if (ours.ends_with('_')) ours.remove_suffix(1);
    std::string name{how.prefix};
    for (char const c : ours) name += !how.lower_case && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

inline void add_entries(enumeration& to, enumerator one, spelling const& how) {
    bool is_renamed = false;
    for (renamed const& other : how.others) {
        if (other.ours != one.name) continue;
        is_renamed = true;
        if (!other.uapi.empty())
            to.entries.push_back(
                {one.name, std::string{other.uapi}, how.macros ? "" : std::string{other.in_btf}, one.value});
    }
    if (is_renamed) return;
    std::string const uapi = kernel_name(one.name, how);
    bool const macro = how.macros && std::ranges::find(how.no_macros, one.name) == how.no_macros.end();
    to.entries.push_back({one.name, uapi, macro ? "" : uapi, one.value});
}

/// `second_names` are enumerators whose value has another name too, which the compiler does not tell.
template <class E, search How = search::every_value>
[[nodiscard]] enumeration spelled_as(std::string_view name, spelling const& how,
                                     std::vector<enumerator> const& second_names = {}) {
    enumeration made{name, how.kernel_enum, how.groups, how.kernel_only, how.of_an_option, {}};
    for (enumerator const& one : enumerators<E, How>()) add_entries(made, one, how);
    for (enumerator const& one : second_names) {
        bool const known = std::ranges::any_of(made.entries, [&](entry const& e) { return e.ours == one.name; });
        if (!known) add_entries(made, one, how);
    }
    return made;
}

#define ENUMERATOR(type, which) {#which, static_cast<std::uint64_t>(type::which)}

inline std::vector<enumeration> kind_enumerations() {
    using namespace bpfxx;
    return {
        spelled_as<command>("command", {.prefix = "BPF_", .kernel_enum = "bpf_cmd", .groups = {"commands"}},
                            {ENUMERATOR(command, prog_run), ENUMERATOR(command, prog_test_run)}),
        spelled_as<map_type>(
            "map_type", {.prefix = "BPF_MAP_TYPE_", .kernel_enum = "bpf_map_type", .groups = {"map_types"}},
            {ENUMERATOR(map_type, cgroup_storage), ENUMERATOR(map_type, cgroup_storage_deprecated),
             ENUMERATOR(map_type, percpu_cgroup_storage), ENUMERATOR(map_type, percpu_cgroup_storage_deprecated)}),
        spelled_as<program_type>(
            "program_type", {.prefix = "BPF_PROG_TYPE_", .kernel_enum = "bpf_prog_type", .groups = {"prog_types"}}),
        spelled_as<attach_type>("attach_type",
                                {.prefix = "BPF_", .kernel_enum = "bpf_attach_type", .groups = {"attach_types"}}),
        spelled_as<link_type>("link_type",
                              {.prefix = "BPF_LINK_TYPE_", .kernel_enum = "bpf_link_type", .groups = {"link_types"}}),
        spelled_as<insn::helper>("insn::helper", {.prefix = "BPF_FUNC_",
                                                  .kernel_enum = "bpf_func_id",
                                                  .groups = {"helpers"},
                                                  .lower_case = true,
                                                  .kernel_only = {"BPF_FUNC_unspec"}}), // 0 is no helper
        spelled_as<btf::kind>("btf::kind",
                              {.prefix = "BTF_KIND_", .groups = {"kind"}, .kernel_only = {"BTF_KIND_MAX"}}),
        spelled_as<sys::info::core_relo_kind>(
            "sys::info::core_relo_kind",
            {.prefix = "BPF_CORE_", .kernel_enum = "bpf_core_relo_kind", .groups = {"CO-RE relocation kind"}}),
        spelled_as<task_fd_type>(
            "task_fd_type", {.prefix = "BPF_FD_TYPE_", .kernel_enum = "bpf_task_fd_type", .groups = {"task_fd_type"}}),
        spelled_as<perf_event_type>(
            "perf_event_type",
            {.prefix = "BPF_PERF_EVENT_", .kernel_enum = "bpf_perf_event_type", .groups = {"perf_event_type"}}),
        spelled_as<stats_type>(
            "stats_type", {.prefix = "BPF_STATS_", .kernel_enum = "bpf_stats_type", .groups = {"enable_stats_type"}}),
        spelled_as<cgroup_iter_order>("cgroup_iter_order", {.prefix = "BPF_CGROUP_ITER_",
                                                            .kernel_enum = "bpf_cgroup_iter_order",
                                                            .groups = {"cgroup_iter_order"},
                                                            .others = {{"unspec", "BPF_CGROUP_ITER_ORDER_UNSPEC"}}}),
        spelled_as<stream_id>("stream_id", {.prefix = "BPF_STREAM_",
                                            .kernel_enum = "bpf_stream_id",
                                            .groups = {"stream_id"},
                                            .others = {{"standard_output", "BPF_STREAM_STDOUT", "BPF_STDOUT"},
                                                       {"standard_error", "BPF_STREAM_STDERR", "BPF_STDERR"}}}),
        spelled_as<btf::linkage>("btf::linkage", {.prefix = "BTF_FUNC_",
                                                  .groups = {"linkage"},
                                                  .others = {{"static_", "BTF_FUNC_STATIC"},
                                                             {"static_", "BTF_VAR_STATIC"},
                                                             {"global", "BTF_FUNC_GLOBAL"},
                                                             {"global", "BTF_VAR_GLOBAL_ALLOCATED"},
                                                             {"extern_", "BTF_FUNC_EXTERN"},
                                                             {"extern_", "BTF_VAR_GLOBAL_EXTERN"}}}),
        spelled_as<btf::int_encoding>("btf::int_encoding", {.prefix = "BTF_INT_",
                                                            .groups = {"int encoding"},
                                                            .macros = true,
                                                            .others = {{"none", ""},
                                                                       {"is_signed", "BTF_INT_SIGNED"},
                                                                       {"is_char", "BTF_INT_CHAR"},
                                                                       {"is_bool", "BTF_INT_BOOL"}}}),
    };
}

inline std::vector<enumeration> flag_enumerations() {
    using namespace bpfxx;
    constexpr auto bits = search::single_bits;
    return {
        spelled_as<map_flags, bits>("map_flags",
                                    {.prefix = "BPF_F_", .groups = {"map_create"}, .others = {{"none", ""}}}),
        spelled_as<element_flags, bits>(
            "element_flags", {.prefix = "BPF_F_",
                              .groups = {"map_update_elem", "batch.elem_flags"},
                              .others = {{"any", "BPF_ANY"}, {"noexist", "BPF_NOEXIST"}, {"exist", "BPF_EXIST"}}}),
        spelled_as<open_flags, bits>("open_flags", {.prefix = "BPF_F_",
                                                    .groups = {"obj_get", "map_get_fd_by_id", "btf_get_fd_by_id"},
                                                    .others = {{"none", ""}}}),
        spelled_as<btf_flags, bits>("btf_flags",
                                    {.prefix = "BPF_F_", .groups = {"btf_load"}, .others = {{"none", ""}}}),
        spelled_as<program_flags, bits>("program_flags", {.prefix = "BPF_F_",
                                                          .groups = {"prog_load"},
                                                          .macros = true,
                                                          .no_macros = {"token_fd"},
                                                          .others = {{"none", ""}}}),
        spelled_as<log_level, bits>(
            "log_level",
            {.prefix = "BPF_LOG_",
             .groups = {"prog_load_log_level"},
             .macros = true,
             .others = {{"silent", ""}, {"failing_path", "BPF_LOG_LEVEL1"}, {"every_state", "BPF_LOG_LEVEL2"}}}),
        spelled_as<attach_flags, bits>("attach_flags", {.prefix = "BPF_F_",
                                                        .groups = {"prog_attach", "prog_detach", "link_create"},
                                                        .macros = true,
                                                        .no_macros = {"link"},
                                                        .others = {{"none", ""}}}),
        spelled_as<xdp_mode, bits>("xdp_mode", {.prefix = "XDP_FLAGS_",
                                                .groups = {"link_create.xdp"},
                                                .macros = true,
                                                .others = {{"automatic", ""},
                                                           {"generic", "XDP_FLAGS_SKB_MODE"},
                                                           {"native", "XDP_FLAGS_DRV_MODE"},
                                                           {"hardware", "XDP_FLAGS_HW_MODE"}}}),
        spelled_as<multi_flags, bits>("multi_flags",
                                      {.prefix = "BPF_F_",
                                       .groups = {"link_create.kprobe_multi", "link_create.uprobe_multi"},
                                       .others = {{"none", ""},
                                                  {"return_probe", "BPF_F_KPROBE_MULTI_RETURN"},
                                                  {"return_probe", "BPF_F_UPROBE_MULTI_RETURN"}},
                                       .of_an_option = true}),
        spelled_as<netfilter_flags, bits>("netfilter_flags", {.prefix = "BPF_F_NETFILTER_",
                                                              .groups = {"link_create.netfilter"},
                                                              .macros = true,
                                                              .others = {{"none", ""}}}),
        spelled_as<link_update_flags, bits>(
            "link_update_flags",
            {.prefix = "BPF_F_", .groups = {"link_update"}, .macros = true, .others = {{"none", ""}}}),
        spelled_as<query_flags, bits>(
            "query_flags",
            {.prefix = "BPF_F_QUERY_", .groups = {"prog_query"}, .macros = true, .others = {{"none", ""}}}),
        spelled_as<test_run_flags, bits>("test_run_flags",
                                         {.prefix = "BPF_F_TEST_",
                                          .groups = {"test_run"},
                                          .macros = true,
                                          .others = {{"none", ""}, {"run_on_cpu", "BPF_F_TEST_RUN_ON_CPU"}}}),
    };
}

inline std::vector<enumeration> instruction_enumerations() {
    using namespace bpfxx::insn;
    return {
        spelled_as<opcode_class>("insn::opcode_class", {.prefix = "BPF_", .groups = {"class"}, .macros = true}),
        spelled_as<memory_size>("insn::memory_size", {.prefix = "BPF_", .groups = {"size"}, .macros = true}),
        spelled_as<memory_mode>("insn::memory_mode", {.prefix = "BPF_", .groups = {"mode"}, .macros = true}),
        spelled_as<operand_source>("insn::operand_source", {.prefix = "BPF_", .groups = {"source"}, .macros = true}),
        spelled_as<alu_op>("insn::alu_op", {.prefix = "BPF_", .groups = {"alu_op"}, .macros = true}),
        spelled_as<jump_op>("insn::jump_op", {.prefix = "BPF_", .groups = {"jmp_op"}, .macros = true}),
        spelled_as<pseudo_load>(
            "insn::pseudo_load",
            {.prefix = "BPF_PSEUDO_", .groups = {"pseudo_src_reg"}, .macros = true, .others = {{"constant", ""}}}),
        spelled_as<pseudo_call>(
            "insn::pseudo_call",
            {.prefix = "BPF_PSEUDO_",
             .groups = {"pseudo_src_reg"},
             .macros = true,
             .others = {{"helper", ""}, {"subprogram", "BPF_PSEUDO_CALL"}, {"kfunc", "BPF_PSEUDO_KFUNC_CALL"}}}),
    };
}

#undef ENUMERATOR

/// All of them.
inline std::vector<enumeration> const& enumerations() {
    static std::vector<enumeration> const all = [] {
        std::vector<enumeration> made;
        for (auto const& part : {kind_enumerations(), flag_enumerations(), instruction_enumerations()})
            made.insert(made.end(), part.begin(), part.end());
        return made;
    }();
    return all;
}

} // namespace abi
