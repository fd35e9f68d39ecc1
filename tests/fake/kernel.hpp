#pragma once
// The kernel faked from outside, by syscall user dispatch: while a `fake::kernel` is armed, every system call of this
// thread becomes a SIGSYS whose handler shows bpf(2) to the test and lets the test answer. Headers under test are
// compiled as they ship. x86-64 only: ask `fake::unavailable()` first (tests/main.cpp does for executables of the
// `fake` list).
//
//     fake::kernel kernel{[](fake::bpf_call& call) -> long {
//         CHECK(call.field<std::uint32_t>(0) == 7);
//         return 4242;                                 // or -ENOENT, or call.pass_through()
//     }};
//     … code under test …
//     CHECK(kernel.only_bpf().command == 1);           // one system call, and it was bpf(2)
//
// Other system calls pass through to the real kernel and are logged. A number that the test makes up for a descriptor
// is closed for real later on: make up large ones, or answer with a duplicate.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fake {

inline constexpr std::size_t attr_capacity = 512; // bytes kept of an attribute; `size` tells how many were passed
inline constexpr std::size_t log_capacity = 1024; // system calls kept in the log

/// One system call, as it was made.
struct logged_call {
    long number{};
    std::array<std::uint64_t, 6> arguments{};
    long result{}; // what the caller got: a value or a negative errno
    bool bpf{};
    std::uint32_t command{}; // the next three for bpf(2) only
    std::uint32_t size{};
    std::array<std::byte, attr_capacity> bytes{};

    /// The attribute as passed, before the test answered.
    [[nodiscard]] std::span<std::byte const> attr() const {
        return {bytes.data(), std::min<std::size_t>(size, attr_capacity)};
    }
    template <class T>
    [[nodiscard]] T field(std::size_t offset) const {
        if (offset + sizeof(T) > attr().size())
            throw std::out_of_range{"no such field in the attribute that was passed"};
        T value;
        std::memcpy(&value, bytes.data() + offset, sizeof(T));
        return value;
    }
};

/// bpf(2) in flight, for the test's answer. Anything may be done in the answer but to let an exception out of it.
class bpf_call : public logged_call {
  public:
    explicit bpf_call(logged_call const& call) : logged_call{call} {}

    /// A pointer field of the attribute.
    template <class T>
    [[nodiscard]] T* pointer(std::size_t offset) const {
        return reinterpret_cast<T*>(field<std::uint64_t>(offset));
    }
    /// Writes into the caller's attribute, as the kernel does with counts and ids.
    template <class T>
    void put(std::size_t offset, T const& value) const {
        std::memcpy(reinterpret_cast<std::byte*>(arguments[1]) + offset, &value, sizeof(T));
    }
    /// Writes into memory that a pointer field of the attribute names.
    template <class T>
    void store(std::size_t pointer_offset, T const& value) const {
        std::memcpy(pointer<std::byte>(pointer_offset), &value, sizeof(T));
    }
    /// The fourth and fifth argument: the attribute common to all commands.
    [[nodiscard]] std::span<std::byte> common() const {
        return {reinterpret_cast<std::byte*>(arguments[3]), static_cast<std::size_t>(arguments[4])};
    }
    /// Asks the real kernel.
    [[nodiscard]] long pass_through() const;
};

/// Why there is no syscall user dispatch here, or nullptr.
char const* unavailable();

/// Armed from here to the end of its life, or to `stop()`; one at a time, and for the thread that makes it.
class kernel {
  public:
    explicit kernel(std::function<long(bpf_call&)> answers);
    kernel(kernel const&) = delete;
    kernel& operator=(kernel const&) = delete;
    ~kernel();

    /// Stands aside: nothing is seen or logged until `start()`.
    void stop();
    void start();

    /// Every system call so far, in order.
    [[nodiscard]] std::span<logged_call const> calls() const;
    /// The one call there was; throws where there was none, more than one, or another than bpf(2).
    [[nodiscard]] logged_call const& only_bpf() const;
    [[nodiscard]] std::size_t bpf_calls() const;

  private:
    friend struct dispatch;
    std::function<long(bpf_call&)> answers_;
    std::vector<logged_call> log_;
    std::size_t count_ = 0;
};

} // namespace fake

#include "fake/dispatch.hpp" // IWYU pragma: keep
