#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>

#include <coroutine>

namespace bpfxx {

/// What resumes coroutines: it watches a descriptor, and resumes once it is readable. An event loop of the caller's.
template <class Poller>
concept resumes_readable = requires(Poller& poller, fd_ref<kind::map> descriptor, std::coroutine_handle<> waiting) {
    poller.resume_when_readable(descriptor, waiting);
};

/// Waits in a coroutine until a ring has records: `co_await when_readable(ring, poller); for (auto& e : ring.drain()) …`. The
/// ring and the poller outlive the wait; who destroys the coroutine meanwhile tells the poller himself.
/// Costs: no system call but the poller's, none at all where there are records already; no allocation
template <class Reader, resumes_readable Poller>
[[nodiscard]] auto when_readable(Reader const& reader, Poller& poller) noexcept {
    struct awaitable {
        Reader const& ring;
        Poller& loop;

        [[nodiscard]] bool await_ready() const noexcept { return ring.available_bytes() != 0; }
        void await_suspend(std::coroutine_handle<> waiting) { loop.resume_when_readable(ring.fd(), waiting); }
        void await_resume() const noexcept {}
    };
    return awaitable{reader, poller};
}

} // namespace bpfxx
