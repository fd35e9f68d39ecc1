#pragma once
// What BPF_PROG_QUERY says of a network namespace, a map of sockets or a cgroup.

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

namespace support {

/// How many programs are attached, with a link or without.
template <class Target>
std::uint32_t programs_at(bpfxx::fd_ref<Target> target, bpfxx::attach_type hook) {
    std::array<bpfxx::program_id, 64> ids{};
    bpfxx::sys::attr::prog_query query{
        .target_fd = target, .attach_type = hook, .prog_ids = ids.data(), .prog_cnt = ids.size()};
    REQUIRE(bpfxx::sys::call(query));
    return query.prog_cnt;
}

} // namespace support
