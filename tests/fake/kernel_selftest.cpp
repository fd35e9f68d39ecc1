#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// As a header that inlines the instruction does it.
long inlined(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    long answer;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(answer)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return answer;
}

struct attribute {
    std::uint32_t first = 0x11223344;
    std::uint32_t second = 0x55667788;
    std::uint64_t pointer = 0;
};

long inlined_bpf(long command, attribute& a) {
    return inlined(__NR_bpf, command, reinterpret_cast<long>(&a), sizeof a);
}

constexpr long map_create = 0;

} // namespace

TEST_CASE("the test's answer is what the caller gets, and the attribute is seen byte for byte") {
    attribute a;
    long answer = 0;
    std::uint32_t seen = 0;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        seen = call.field<std::uint32_t>(4);
        return 4242;
    }};
    answer = inlined_bpf(5, a);
    kernel.stop();

    CHECK(answer == 4242);
    CHECK(seen == 0x55667788);
    auto const& call = kernel.only_bpf();
    CHECK(call.command == 5);
    CHECK(call.size == 16);
    CHECK(call.result == 4242);
    REQUIRE(call.attr().size() == sizeof a);
    CHECK(std::memcmp(call.attr().data(), &a, sizeof a) == 0);
    CHECK_THROWS_AS((void)call.field<std::uint64_t>(12), std::out_of_range);
}

TEST_CASE("a negative answer is an errno: raw from the instruction, through errno from libc") {
    attribute a;
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ENOENT; }};
    long const raw = inlined_bpf(1, a);
    errno = 0;
    long const through_libc = syscall(__NR_bpf, 1, &a, sizeof a);
    int const number = errno;
    kernel.stop();

    CHECK(raw == -ENOENT);
    CHECK(through_libc == -1);
    CHECK(number == ENOENT);
    CHECK(kernel.bpf_calls() == 2);
}

TEST_CASE("errno is left alone, whatever the answer does") {
    attribute a;
    fake::kernel kernel{[](fake::bpf_call&) -> long {
        errno = EIO;
        return 0;
    }};
    errno = EXDEV;
    long const answer = inlined_bpf(1, a);
    int const number = errno;
    kernel.stop();

    CHECK(answer == 0);
    CHECK(number == EXDEV);
}

TEST_CASE("the answer can write into the attribute and into what it points to") {
    std::uint64_t value = 0;
    attribute a{.pointer = reinterpret_cast<std::uint64_t>(&value)};
    fake::kernel kernel{[](fake::bpf_call& call) -> long {
        call.put<std::uint32_t>(4, 99);
        call.store<std::uint64_t>(8, 77);
        return 0;
    }};
    (void)inlined_bpf(1, a);
    kernel.stop();

    CHECK(a.first == 0x11223344);
    CHECK(a.second == 99);
    CHECK(value == 77);
    CHECK(kernel.only_bpf().field<std::uint32_t>(4) == 0x55667788); // the log keeps what was passed
}

TEST_CASE("all six arguments arrive, the common attribute among them") {
    attribute a;
    std::array<std::uint32_t, 2> common{1, 2};
    std::size_t common_size = 0;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        common_size = call.common().size();
        call.common()[4] = std::byte{9};
        return 0;
    }};
    (void)inlined(__NR_bpf, 1 | 1 << 16, reinterpret_cast<long>(&a), sizeof a, reinterpret_cast<long>(common.data()),
                  sizeof common, 6);
    kernel.stop();

    CHECK(common_size == 8);
    CHECK(common[1] == 9);
    CHECK(kernel.only_bpf().command == (1 | 1 << 16));
    CHECK(kernel.only_bpf().arguments[5] == 6);
}

TEST_CASE("the registers that a system call keeps are kept") {
    attribute a;
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 1; }};
    long answer = __NR_bpf;
    long rdi = 1, rsi = reinterpret_cast<long>(&a), rdx = sizeof a;
    register long r8 asm("r8") = 8;
    register long r9 asm("r9") = 9;
    register long r10 asm("r10") = 10;
    asm volatile("syscall"
                 : "+a"(answer), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r8), "+r"(r9), "+r"(r10)
                 :
                 : "rcx", "r11", "memory");
    std::array<long, 7> const after{answer, rdi, rsi, rdx, r8, r9, r10};
    kernel.stop();

    CHECK(after == std::array<long, 7>{1, 1, reinterpret_cast<long>(&a), sizeof a, 8, 9, 10});
}

TEST_CASE("other system calls pass through, and are logged in order") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    attribute a;
    long const parent = inlined(__NR_getppid);
    (void)inlined_bpf(1, a);
    long const nonsense = inlined(__NR_close, 1'000'000);
    kernel.stop();

    CHECK(parent == getppid());
    CHECK(nonsense == -EBADF);
    REQUIRE(kernel.calls().size() == 3);
    CHECK(kernel.calls()[0].number == __NR_getppid);
    CHECK(kernel.calls()[0].result == parent);
    CHECK(kernel.calls()[1].bpf);
    CHECK(kernel.calls()[2].number == __NR_close);
    CHECK(kernel.calls()[2].arguments[0] == 1'000'000);
    CHECK_THROWS_AS((void)kernel.only_bpf(), std::logic_error);
}

TEST_CASE("one call that is not bpf(2) is not taken for it") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    (void)inlined(__NR_getppid);
    kernel.stop();
    CHECK_THROWS_WITH_AS((void)kernel.only_bpf(), "system call 110 was made, not bpf(2)", std::logic_error);
}

TEST_CASE("an answer can ask the real kernel") {
    attribute a{.first = 0xffffffff}; // no such map type
    long real = 0;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        real = call.pass_through();
        return real == -EINVAL || real == -EPERM || real == -ENOSYS ? 5 : 6;
    }};
    long const answer = inlined_bpf(map_create, a);
    kernel.stop();

    CHECK(real < 0);
    CHECK(answer == 5);
    CHECK(kernel.only_bpf().result == 5);
}

TEST_CASE("nothing is seen before, while it stands aside, and after") {
    {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
        (void)inlined(__NR_getppid);
        kernel.stop();
        (void)inlined(__NR_getppid);
        kernel.stop();
        kernel.start();
        kernel.start();
        (void)inlined(__NR_getpid);
        kernel.stop();
        REQUIRE(kernel.calls().size() == 2);
        CHECK(kernel.calls()[1].number == __NR_getpid);
        attribute a{.first = 0xffffffff};
        CHECK(inlined_bpf(map_create, a) < 0); // the real one
    }
    attribute a{.first = 0xffffffff};
    CHECK(inlined_bpf(map_create, a) < 0);
}

TEST_CASE("one at a time") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 3; }};
    bool refused = false;
    try {
        fake::kernel second{[](fake::bpf_call&) -> long { return 4; }};
    } catch (std::logic_error const&) {
        refused = true;
    }
    attribute a;
    long const answer = inlined_bpf(1, a);
    kernel.stop();
    CHECK(refused);
    CHECK(answer == 3); // and the first goes on
}

TEST_CASE("one after the other") {
    attribute a;
    for (long i = 1; i <= 3; ++i) {
        fake::kernel kernel{[i](fake::bpf_call&) -> long { return i; }};
        long const answer = inlined_bpf(1, a);
        kernel.stop();
        CHECK(answer == i);
    }
}

TEST_CASE("the answer may make system calls, allocate and check") {
    attribute a;
    fake::kernel kernel{[](fake::bpf_call&) -> long {
        std::vector<char> big(std::size_t{1} << 20, 'x'); // an mmap inside malloc
        CHECK(big.back() == 'x');
        return getppid() > 0 ? 1 : 2;
    }};
    long const answer = inlined_bpf(1, a);
    kernel.stop();
    CHECK(answer == 1);
    CHECK(kernel.calls().size() == 1); // none of those is logged
}

namespace {
sig_atomic_t volatile traps = 0;
void count_trap(int) { traps = traps + 1; }
} // namespace

TEST_CASE("another signal's handler may end while armed") {
    std::signal(SIGTRAP, count_trap);
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 7; }};
    asm volatile("int3"); // a signal that comes with no system call: its handler's return is the first one
    (void)inlined(__NR_kill, inlined(__NR_getpid), SIGTRAP);
    attribute a;
    long const answer = inlined_bpf(1, a);
    kernel.stop();
    std::signal(SIGTRAP, SIG_DFL);
    CHECK(traps == 2);
    CHECK(answer == 7);
    CHECK(kernel.calls().size() == 3); // getpid, kill, bpf: a handler's return is no call of the code under test
}

TEST_CASE("what SIGSYS did before, it does after") {
    std::signal(SIGSYS, count_trap);
    {
        fake::kernel const kernel{[](fake::bpf_call&) -> long { return 0; }};
    }
    bool const back = std::signal(SIGSYS, SIG_DFL) == count_trap;
    CHECK(back);
}

TEST_CASE("two calls are not one") {
    attribute a;
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    (void)inlined_bpf(1, a);
    (void)inlined_bpf(1, a);
    kernel.stop();
    CHECK_THROWS_WITH_AS((void)kernel.only_bpf(), "2 system calls were made, not one", std::logic_error);
}

TEST_CASE("a signal mask set while armed is in force") {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    sigaddset(&mask, SIGSYS);
    sigset_t before;
    sigset_t after;
    int blocked = -1;
    {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
        sigprocmask(SIG_BLOCK, &mask, &before);
        (void)inlined(__NR_getppid);
        kernel.stop();
        sigprocmask(SIG_SETMASK, nullptr, &after);
        blocked = sigismember(&after, SIGUSR2);
    }
    sigprocmask(SIG_SETMASK, &before, nullptr);
    CHECK(blocked == 1);
    CHECK(sigismember(&before, SIGUSR2) == 0);
    CHECK(sigismember(&after, SIGSYS) == 0);
}

TEST_CASE("a child that is forked while armed sees the real kernel") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 42; }};
    pid_t const child = fork();
    if (child == 0) {
        attribute a{.first = 0xffffffff};
        _exit(inlined_bpf(map_create, a) < 0 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    kernel.stop();
    CHECK(status == 0);
}

TEST_CASE("what it cannot do ends the process with a sentence") {
    auto ends_with = [](auto misuse) {
        std::array<int, 2> ends{};
        REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
        pid_t const child = fork();
        if (child == 0) {
            dup2(ends[1], 2);
            std::signal(SIGABRT, SIG_DFL);
            fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
            misuse();
            _exit(0);
        }
        close(ends[1]);
        std::string said;
        std::array<char, 4096> part{};
        for (ssize_t n; (n = read(ends[0], part.data(), part.size())) > 0;)
            said.append(part.data(), static_cast<std::size_t>(n));
        close(ends[0]);
        int status = 0;
        waitpid(child, &status, 0);
        CHECK(WIFSIGNALED(status));
        return said;
    };
    CHECK(ends_with([] {
              for (std::size_t i = 0; i <= fake::log_capacity; ++i) (void)inlined(__NR_getppid);
          }).starts_with("fake::kernel: more system calls than the log holds"));
    CHECK(ends_with([] { (void)inlined(__NR_vfork); }).starts_with("fake::kernel: a thread or process is started"));
}
