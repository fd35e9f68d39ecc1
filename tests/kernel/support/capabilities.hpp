#pragma once
// What a process with some capabilities and no others is told, in a child of this one.

#include <bpfxx/error.hpp>

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <linux/capability.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

namespace support {

enum class capabilities : std::uint64_t {
    none = 0,
    net_admin = std::uint64_t{1} << 12,
    sys_admin = std::uint64_t{1} << 21,
    perfmon = std::uint64_t{1} << 38,
    bpf = std::uint64_t{1} << 39,
};

constexpr capabilities operator|(capabilities left, capabilities right) {
    return static_cast<capabilities>(static_cast<std::uint64_t>(left) | static_cast<std::uint64_t>(right));
}

/// The error that `attempt` returns in a child that has only these; what it attaches it has to detach itself.
template <class Attempt>
bpfxx::error as_capable_of(capabilities what, Attempt const& attempt) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto const bits = static_cast<std::uint64_t>(what);
        auto const low = static_cast<std::uint32_t>(bits), high = static_cast<std::uint32_t>(bits >> 32);
        ::__user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        ::__user_cap_data_struct const given[2]{{low, low, 0}, {high, high, 0}};
        if (::syscall(__NR_capset, &header, given) != 0) ::_exit(1);
        bpfxx::error const told = attempt();
        ::_exit(::write(ends[1], &told, sizeof told) == sizeof told ? 0 : 1);
    }
    ::close(ends[1]);
    bpfxx::error told{};
    CHECK(::read(ends[0], &told, sizeof told) == sizeof told);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    return told;
}

} // namespace support
