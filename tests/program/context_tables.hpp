#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/cgroup.hpp>
#include <bpfxx/program/context/packet.hpp>
#include <bpfxx/program/context/registers.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/context/sk_buff.hpp>
#include <bpfxx/program/context/sock_ops.hpp>
#include <bpfxx/program/context/socket.hpp>

#include <span>
#include <string>
#include <string_view>

// The tables of contexts that have a struct of the kernel's.
namespace context_test {

struct table {
    std::string_view kernel_struct;
    std::span<bpfxx::insn::detail::contexts::row const> rows;
};

namespace contexts = bpfxx::insn::detail::contexts;

inline constexpr table tables[]{
    {"xdp_md", contexts::xdp_md},
    {"bpf_nf_ctx", contexts::nf_ctx},
    {"sk_msg_md", contexts::sk_msg_md},
    {"sk_reuseport_md", contexts::sk_reuseport_md},
    {"__sk_buff", contexts::sk_buff},
    {"bpf_sock", contexts::sock},
    {"bpf_sock_addr", contexts::sock_addr},
    {"bpf_sk_lookup", contexts::sk_lookup},
    {"bpf_sock_ops", contexts::sock_ops},
    {"bpf_cgroup_dev_ctx", contexts::cgroup_dev},
    {"bpf_sysctl", contexts::sysctl},
    {"bpf_sockopt", contexts::sockopt},
#if defined(__x86_64__)
    {"bpf_perf_event_data", contexts::registers},
#endif
};

/// The path of a field in its struct: that of perf events holds the registers in a struct of their own.
inline std::string path_of(table const& in, contexts::row const& field) {
    bool const is_register = in.kernel_struct == "bpf_perf_event_data" && field.offset < 168;
    return (is_register ? "regs." : "") + std::string{field.name};
}

} // namespace context_test
