#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/watch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace bpfxx {

/// Which rings of a group have records, by the numbers that they were added under.
class ready_rings {
  public:
    /// How many one wait tells of at most. The next wait begins with those that are left.
    static constexpr std::size_t most = 16;

    [[nodiscard]] std::uint32_t const* begin() const noexcept { return numbers_.data(); }
    [[nodiscard]] std::uint32_t const* end() const noexcept { return numbers_.data() + count_; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    /// True when the time was over first.
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  private:
    friend class ring_group;

    std::array<std::uint32_t, most> numbers_;
    std::size_t count_ = 0;
};

/// Waits for several rings at once and says which have records; each is read by its own reader:
/// `for (auto which : group.wait(100ms).value()) readers[which].consume(print);`. The readers may be of several types, and
/// threads can share them out, one thread to a ring.
class ring_group {
  public:
    /// Errors: EMFILE too many open descriptors
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<ring_group> create() noexcept {
        auto made = sys::watch_set::create();
        if (!made) return made.error();
        return ring_group{std::move(*made)};
    }

    /// Adds a reader, under a number of the caller's. It leaves the group when it is closed.
    /// Errors: EEXIST it is in the group already
    /// Costs: one system call
    template <class Reader>
    [[nodiscard]] result<void> add(Reader const& reader, std::uint32_t number) const noexcept
        requires requires(timeout longest) { reader.poll(longest); }
    {
        return set_.add(reader.fd(), EPOLLIN, number);
    }
    template <class Reader>
    void add(Reader const&, std::uint32_t) const // a reader at intervals is never woken: it cannot be waited for
        requires(!requires(Reader const& reader, timeout longest) { reader.poll(longest); })
    = delete;

    /// Errors: ENOENT it is not in the group
    /// Costs: one system call
    template <class Reader>
    [[nodiscard]] result<void> remove(Reader const& reader) const noexcept {
        return set_.remove(reader.fd());
    }

    /// Waits until a ring has a record, or one that is still being written.
    /// UAPI: epoll_pwait2(2)
    /// Since: Linux 5.11
    /// Errors: EINTR a signal came
    /// Costs: one system call, no allocation
    [[nodiscard]] result<ready_rings> wait(timeout const& longest) const noexcept {
        std::array<::epoll_event, ready_rings::most> events;
        auto const count = set_.wait(events, longest);
        if (!count) return count.error();
        ready_rings ready;
        for (std::uint32_t i = 0; i != *count; ++i) ready.numbers_[i] = static_cast<std::uint32_t>(events[i].data.u64);
        ready.count_ = *count;
        return ready;
    }

    /// What an event loop watches: readable when one of the rings is.
    [[nodiscard]] fd_ref<kind::file> fd() const& noexcept { return set_.fd(); }
    fd_ref<kind::file> fd() const&& = delete; // this descriptor is closed at once: name the group

  private:
    explicit ring_group(sys::watch_set set) noexcept : set_{std::move(set)} {}

    sys::watch_set set_;
};

} // namespace bpfxx
