#pragma once
// System calls that fail or answer as a test says, any of them and on any machine: a thread runs the code under test,
// and the kernel shows its system calls of some numbers to the test before it makes them (seccomp user notification).
//
//     support::judged({__NR_recvmsg}, [&](support::judged_call const& call) -> std::optional<long> {
//         return call.count == 2 ? std::optional{-ENOBUFS} : std::nullopt;      // the second fails, the others are made
//     }, [&] { attached = program.attach(…); });
//
// The thread has the descriptors, the memory and the network of the test; what it found is checked after it ended.

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <future>
#include <initializer_list>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <map>
#include <optional>
#include <poll.h>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace support {

struct judged_call {
    int number;
    /// 1 for the first of this number.
    int count;
    std::uint64_t const* arguments;

    template <class T>
    [[nodiscard]] T* pointer(std::size_t argument) const {
        return reinterpret_cast<T*>(arguments[argument]);
    }
};

namespace detail {

inline int listen_to_calls(std::vector<int> const& numbers) {
    std::vector<::sock_filter> code;
    code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(::seccomp_data, nr)));
    for (int const number : numbers) {
        code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
        code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
    }
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    ::sock_fprog const program{static_cast<unsigned short>(code.size()), code.data()};
    return static_cast<int>(
        ::syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

} // namespace detail

/// False where this kernel has no such notifications; nothing ran then.
template <class Judge, class Body>
[[nodiscard]] bool judged(std::initializer_list<int> numbers, Judge judge, Body body) {
    std::promise<int> listening;
    std::thread runner{[&, wanted = std::vector<int>{numbers}] {
        int const listener = detail::listen_to_calls(wanted);
        listening.set_value(listener);
        if (listener >= 0) body();
    }};
    int const listener = listening.get_future().get();
    std::map<int, int> counts;
    for (::pollfd waiting{listener, POLLIN, 0}; listener >= 0 && ::poll(&waiting, 1, -1) == 1;) {
        if ((waiting.revents & POLLIN) == 0) break; // the thread has ended
        ::seccomp_notif asked{};
        if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) continue;
        judged_call const call{asked.data.nr, ++counts[asked.data.nr],
                               reinterpret_cast<std::uint64_t const*>(asked.data.args)};
        std::optional<long> const answer = judge(call);
        ::seccomp_notif_resp said{};
        said.id = asked.id;
        if (!answer)
            said.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        else if (*answer < 0)
            said.error = static_cast<std::int32_t>(*answer);
        else
            said.val = *answer;
        ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &said);
    }
    runner.join();
    if (listener >= 0) ::close(listener);
    return listener >= 0;
}

} // namespace support
