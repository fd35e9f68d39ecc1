#pragma once
// What a process without capabilities is told, in a child of this one.

#include <bpfxx/error.hpp>

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <linux/capability.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

/// Runs in a child that has given up all capabilities; the error of the result that it comes to, `error{}` where there is none.
template <class Attempt>
bpfxx::error unprivileged(Attempt const& attempt) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::__user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        ::__user_cap_data_struct const none[2]{};
        if (::syscall(__NR_capset, &header, none) != 0) ::_exit(1);
        auto const answer = attempt();
        bpfxx::error const told = answer ? bpfxx::error{} : answer.error();
        ::_exit(::write(ends[1], &told, sizeof told) == sizeof told ? 0 : 1);
    }
    ::close(ends[1]);
    bpfxx::error told{};
    auto const got = ::read(ends[0], &told, sizeof told);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(got == sizeof told);
    return told;
}

} // namespace support
