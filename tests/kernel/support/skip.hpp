#pragma once
// What a test may need of the machine it runs on. tests/main.cpp asks before the first test case and exits 77 with the
// sentence; a single test case asks for more by itself:
//
//     if (!has_netkit()) return support::skip("this kernel has no netkit");
//     if (!may_pin()) return support::lacks_privilege("/sys/fs/bpf cannot be mounted here");
//
// BPFXX_REQUIRE_KERNEL=1, which CI sets, turns a lack of privilege into a failure. A kernel that lacks a feature is skipped all the same.

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace support {

inline constexpr int exit_skipped = 77;

inline bool kernel_is_required() {
    auto const* value = std::getenv("BPFXX_REQUIRE_KERNEL");
    return value != nullptr && std::strcmp(value, "1") == 0;
}

/// Why bpf(2) cannot be tested here, in one sentence, or nullptr. The library is not asked: it is what is tested.
inline char const* bpf_is_denied() {
    struct {
        std::uint32_t start_id, next_id, open_flags;
    } ids{};
    constexpr int map_get_next_id = 12;
    if (syscall(__NR_bpf, map_get_next_id, &ids, sizeof ids) == 0 || errno == ENOENT) return nullptr;
    switch (errno) {
    case ENOSYS: return "this kernel has no bpf(2) (CONFIG_BPF_SYSCALL)";
    case EPERM:
        return "bpf(2) is not permitted: CAP_SYS_ADMIN is needed, so run as root (a container also needs a seccomp "
               "profile that allows bpf)";
    default: return "bpf(2) answers BPF_MAP_GET_NEXT_ID with an unexpected errno";
    }
}

/// Test cases that ran, and those of them that skipped.
struct tally {
    static inline int run = 0;
    static inline int skipped = 0;
    static inline int leaked = 0;
    static inline bool current_skips = false;
};

/// Says why the current test case does not go on; `return` right after it.
inline void skip(char const* reason) {
    tally::current_skips = true;
    std::printf("skipped: %s: %s\n", doctest::getContextOptions()->currentTest->m_name, reason);
}

/// The same where CI has to have what is missing.
inline void lacks_privilege(char const* reason) {
    if (!kernel_is_required()) return skip(reason);
    FAIL_CHECK("BPFXX_REQUIRE_KERNEL=1, but ", doctest::String{reason});
}

/// What `main` returns when the executable cannot test anything here.
inline int skip_all(char const* reason, bool required) {
    std::printf("%s: %s\n", required ? "failed, as BPFXX_REQUIRE_KERNEL=1" : "skipped", reason);
    return required ? EXIT_FAILURE : exit_skipped;
}

} // namespace support
