#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/ring/record.hpp>
#include <bpfxx/ring/record_form.hpp>
#include <bpfxx/ring/user_memory.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

namespace detail {

template <class Record>
struct tail_of {};

template <plain_bytes Head, plain_bytes Element>
struct tail_of<with_tail<Head, Element>> {
    using head = Head;
    using element = Element;
};

template <class Record>
inline constexpr bool has_tail = requires { typename tail_of<Record>::element; };

/// Which records of one size a ring has, and what tells them apart.
template <class Record>
struct sized_records {
    template <class One>
    static constexpr bool have = std::is_same_v<One, Record> && ring::record_form<Record>::length != 0;

    template <class One>
    static void mark(std::byte*) noexcept {}
};

template <class Header, class Tag, Tag Header::* Field, class... Tagged>
struct sized_records<one_of<Field, Tagged...>> {
    template <class One>
    static constexpr bool have = (int{std::is_same_v<One, typename Tagged::type>} + ... + 0) == 1;

    template <class One>
    static void mark(std::byte* start) noexcept {
        auto& tag = reinterpret_cast<Header*>(start)->*Field;
        ((std::is_same_v<One, typename Tagged::type> ? void(tag = static_cast<Tag>(Tagged::tag)) : void()), ...);
    }
};

/// A reserved record, whose end decides whether the program gets it.
class [[nodiscard]] reserved_record {
  public:
    reserved_record(std::byte* start, std::uint32_t length) noexcept : start_{start}, length_{length} {}
    reserved_record(reserved_record&& other) noexcept
        : start_{std::exchange(other.start_, nullptr)}, length_{other.length_} {}
    reserved_record& operator=(reserved_record&& other) noexcept {
        if (this == &other) return *this;
        discard();
        start_ = std::exchange(other.start_, nullptr);
        length_ = other.length_;
        return *this;
    }
    ~reserved_record() { discard(); }

    /// Lets the program skip the record; what the destructor does.
    /// UAPI: BPF_RINGBUF_DISCARD_BIT
    /// Costs: no system call
    void discard() noexcept { end(ring::discard_bit); }

    /// False for a sample that was submitted, discarded or moved from.
    [[nodiscard]] explicit operator bool() const noexcept { return start_ != nullptr; }

  protected:
    void submit() noexcept { end(0); }

    [[nodiscard]] std::byte* start() const noexcept { return start_; }
    [[nodiscard]] std::uint32_t length() const noexcept { return length_; }

  private:
    void end(std::uint32_t bits) noexcept {
        if (start_ == nullptr) return;
        user_ring_memory::commit(std::exchange(start_, nullptr), length_ | bits);
    }

    std::byte* start_;
    std::uint32_t length_;
};

/// The length of a record of so many bytes, or with so many elements in its tail.
template <class Record>
constexpr std::uint64_t record_length(std::uint64_t count) noexcept {
    return count;
}

template <class Tailed>
    requires has_tail<Tailed>
constexpr std::uint64_t record_length(std::uint64_t count) noexcept {
    return sizeof(typename tail_of<Tailed>::head) + count * sizeof(typename tail_of<Tailed>::element);
}

} // namespace detail

/// A record in the ring that is being written: `submit()` gives it to the program, and without that it is discarded. It
/// borrows the ring's memory, which has to outlive it, and may be ended by another thread than the producer's. What
/// stood there before is still there: write all members, but for the tag of `one_of`, which `submit` writes.
template <class Record, class Of = Record>
class user_ring_sample : public detail::reserved_record {
    static_assert(ring::detail::can_stand_in_a_ring<Record>());

  public:
    using reserved_record::reserved_record;

    /// The record in the ring itself. The sample must not be empty.
    [[nodiscard]] Record& operator*() const noexcept { return *reinterpret_cast<Record*>(start()); }
    [[nodiscard]] Record* operator->() const noexcept { return reinterpret_cast<Record*>(start()); }

    /// Lets the program have the record, as it is now. The sample is empty from then on; of an empty one there is
    /// nothing to submit.
    /// UAPI: BPF_RINGBUF_BUSY_BIT
    /// Costs: no system call: nobody is woken, programs look when they run
    /// Races: the program may come at once; what was submitted before records reserved earlier waits for them
    void submit() noexcept {
        if (*this) detail::sized_records<Of>::template mark<Record>(start());
        reserved_record::submit();
    }
};

/// The same of as many bytes as were asked for.
template <>
class user_ring_sample<raw_bytes> : public detail::reserved_record {
  public:
    using reserved_record::reserved_record;
    using reserved_record::submit;

    /// The record in the ring itself; it starts at a multiple of 8. The sample must not be empty.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {start(), length()}; }
};

/// The same with as many elements behind its head as were asked for.
template <plain_bytes Head, plain_bytes Element>
class user_ring_sample<with_tail<Head, Element>> : public detail::reserved_record {
    static_assert(ring::detail::can_stand_in_a_ring<Head>() && ring::detail::can_stand_in_a_ring<Element>());

  public:
    using reserved_record::reserved_record;
    using reserved_record::submit;

    /// Both in the ring itself. The sample must not be empty.
    [[nodiscard]] Head& head() const noexcept { return *reinterpret_cast<Head*>(start()); }
    [[nodiscard]] std::span<Element> tail() const noexcept {
        return {reinterpret_cast<Element*>(start() + sizeof(Head)), (length() - sizeof(Head)) / sizeof(Element)};
    }
};

} // namespace bpfxx
