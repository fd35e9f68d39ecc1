#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/link/iter.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/iter.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/file.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx {

namespace detail {

template <class Record>
class record_source;

template <class Record>
class record_range;

/// Whether to go on: a visitor that answers nothing sees everything.
template <class Visitor, class Item>
bool visited(Visitor& visit, Item const& item) {
    if constexpr (std::is_void_v<decltype(visit(item))>) {
        visit(item);
        return true;
    } else {
        return static_cast<bool>(visit(item));
    }
}

} // namespace detail

/// One run of an iterator: its program is called for each object while the run is read, and what it writes comes out as
/// bytes. Each run starts anew; a run that was read to its end stays there.
/// UAPI: BPF_ITER_CREATE, read(2)
/// Since: Linux 5.8
class [[nodiscard]] iterator_run {
  public:
    /// Starts a run.
    /// Errors: EMFILE too many open descriptors; ENOMEM; ENOENT the thread or the cgroup that is walked is gone
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] static result<iterator_run> start(iter_link const& link) noexcept {
        auto started = sys::call(sys::attr::iter_create{.link_fd = link.fd()});
        if (!started) return started.error();
        return iterator_run{*std::move(started)};
    }

    /// Starts a run of a link that is pinned at a path: whoever may read the file may do so.
    /// UAPI: open(2)
    /// Errors: ENOENT no such path; EACCES the file's mode forbids it; EIO something else is pinned there
    /// Costs: one system call
    [[nodiscard]] static result<iterator_run> start(char const* path) noexcept {
        auto started = sys::open_file<kind::iterator>(path);
        if (!started) return started.error();
        return iterator_run{*std::move(started)};
    }

    /// Reads what the program writes for the next objects; 0 is the end.
    /// Errors: E2BIG one object's bytes are more than the kernel has room for; EAGAIN a million objects, and the program
    /// wrote nothing: read on
    /// Costs: one system call, no allocation; the program runs in it
    [[nodiscard]] result<std::size_t> read(std::span<char> buffer) noexcept {
        return sys::read_once(fd_.borrow(), buffer);
    }

    /// The run as records of one type, which the program writes with bpf_seq_write, for range-for: walked once, from where
    /// it was made. A failure ends the loop: with a place to put it, `records<Record>(&outcome)`, it is found there
    /// afterwards; without one it is treated as `.value()` treats it.
    /// Errors: malformed_answer the bytes end within a record; the kernel's errors, where EAGAIN is read on
    /// Costs: one system call for as many records as fit into a buffer of 4 KiB or of four records inside the range
    template <class Record>
    [[nodiscard]] detail::record_range<Record> records(result<void>* outcome = nullptr) & noexcept;
    template <class Record>
    void records(result<void>* outcome = nullptr) && = delete; // the run ends before the loop: name it

    /// Calls `visit` with each record, which may answer false to stop; the error is the value.
    template <class Record, class Visitor>
    [[nodiscard]] result<void> for_each_record(Visitor&& visit);

    /// Reads the run as lines of text, which the program writes with bpf_seq_printf, and calls `visit` with each, without
    /// its end; it may answer false to stop. A last line need not have an end.
    /// Errors: buffer_too_small a line is longer than the buffer
    /// Costs: one system call for as many lines as fit into the buffer
    template <class Visitor>
    [[nodiscard]] result<void> for_each_line(std::span<char> buffer, Visitor&& visit) {
        std::size_t kept = 0;
        for (;;) {
            if (kept == buffer.size()) return error{errc::buffer_too_small, command::read_file};
            auto const got = read_on(buffer.subspan(kept));
            if (!got) return got.error();
            std::string_view rest{buffer.data(), kept + *got};
            if (*got == 0) {
                if (!rest.empty()) static_cast<void>(detail::visited(visit, rest));
                return outcome::success();
            }
            for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
                if (!detail::visited(visit, rest.substr(0, end))) return outcome::success();
                rest.remove_prefix(end + 1);
            }
            kept = rest.size();
            std::memmove(buffer.data(), rest.data(), kept);
        }
    }

    [[nodiscard]] fd_ref<kind::iterator> fd() const& noexcept { return fd_.borrow(); }
    fd_ref<kind::iterator> fd() const&& = delete; // this borrows from a temporary, whose descriptor closes first

  private:
    explicit iterator_run(owned_fd<kind::iterator> given_fd) noexcept : fd_{std::move(given_fd)} {}

    template <class Record>
    friend class detail::record_source;

    // A million objects went by each time: this ends when they do.
    result<std::size_t> read_on(std::span<char> buffer) noexcept {
        for (;;) {
            auto got = read(buffer);
            if (got || got.error().code != errc::eagain) return got;
        }
    }

    owned_fd<kind::iterator> fd_;
};

namespace detail {

/// Cuts what a run writes into records, which may begin in one read and end in the next.
template <class Record>
class record_source {
    static_assert(std::is_trivially_copyable_v<Record> && std::is_default_constructible_v<Record>,
                  "records are copied as bytes: the type has to be trivially copyable and default constructible");

  public:
    explicit record_source(iterator_run& run) noexcept : run_{&run} {}

    /// The next record, which is good until the one after it is asked for; null at the end.
    [[nodiscard]] result<Record const*> next() noexcept {
        while (held_ - at_ < sizeof(Record)) {
            std::memmove(buffer_, buffer_ + at_, held_ - at_);
            held_ -= std::exchange(at_, 0);
            auto const got = run_->read_on(std::span{buffer_}.subspan(held_));
            if (!got) return got.error();
            if (*got == 0 && held_ != 0) return error{errc::malformed_answer, command::read_file};
            if (*got == 0) return static_cast<Record const*>(nullptr);
            held_ += *got;
        }
        std::memcpy(static_cast<void*>(&record_), buffer_ + at_, sizeof record_);
        at_ += sizeof record_;
        return &record_;
    }

  private:
    iterator_run* run_;
    Record record_{};
    std::size_t at_ = 0;
    std::size_t held_ = 0;
    char buffer_[sizeof(Record) * 4 > 4096 ? sizeof(Record) * 4 : 4096];
};

template <class Record>
class [[nodiscard]] record_range {
  public:
    struct sentinel {};

    class position {
      public:
        explicit position(record_range& range) : range_{&range}, record_{range.next()} {}

        [[nodiscard]] Record const& operator*() const noexcept { return *record_; }
        [[nodiscard]] Record const* operator->() const noexcept { return record_; }
        position& operator++() {
            record_ = range_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(sentinel) const noexcept { return record_ == nullptr; }

      private:
        record_range* range_;
        Record const* record_;
    };

    record_range(iterator_run& run, result<void>* outcome) noexcept : source_{run}, outcome_{outcome} {}
    record_range(record_range const&) = delete;
    record_range& operator=(record_range const&) = delete;

    [[nodiscard]] position begin() {
        if (outcome_ != nullptr) *outcome_ = outcome::success();
        return position{*this};
    }
    [[nodiscard]] static sentinel end() noexcept { return {}; }

  private:
    Record const* next() {
        auto const record = source_.next();
        if (record) return *record;
        if (outcome_ == nullptr) on_no_value::fail(record.error());
        *outcome_ = record.error();
        return nullptr;
    }

    record_source<Record> source_;
    result<void>* outcome_;
};

} // namespace detail

template <class Record>
detail::record_range<Record> iterator_run::records(result<void>* outcome) & noexcept {
    return {*this, outcome};
}

template <class Record, class Visitor>
result<void> iterator_run::for_each_record(Visitor&& visit) {
    detail::record_source<Record> source{*this};
    for (;;) {
        auto const record = source.next();
        if (!record) return record.error();
        if (*record == nullptr || !detail::visited(visit, **record)) return outcome::success();
    }
}

} // namespace bpfxx
