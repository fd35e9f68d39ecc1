// The memory of a ring, filled with anything: records are read inside the ring only, and each loop has an end.
// SPDX-License-Identifier: BSL-1.0

#include "support.hpp"

#include <bpfxx/ring/drain.hpp>
#include <bpfxx/ring/history.hpp>
#include <bpfxx/ring/record_form.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <span>

namespace {

using namespace bpfxx;
using fuzz::require;

constexpr std::size_t page = 4096;

/// One page of data, mapped twice in a row between pages that nobody may touch.
class guarded_ring {
  public:
    guarded_ring() {
        int const file = ::memfd_create("ring", 0);
        require(file >= 0 && ::ftruncate(file, page) == 0);
        void* const room = ::mmap(nullptr, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        require(room != MAP_FAILED);
        data_ = static_cast<std::byte*>(room) + page;
        for (std::size_t const at : {std::size_t{0}, page})
            require(::mmap(data_ + at, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) != MAP_FAILED);
        ::close(file);
    }
    guarded_ring(guarded_ring const&) = delete;
    guarded_ring& operator=(guarded_ring const&) = delete;

    void fill(std::uint64_t consumer, std::uint64_t produced, std::uint64_t overwritten, std::string_view bytes) {
        consumer_ = static_cast<ring::position>(consumer);
        producer_[0] = static_cast<ring::position>(consumer + produced);
        producer_[1] = 0;
        producer_[2] = static_cast<ring::position>(overwritten);
        std::memset(data_, 0, page);
        // From the reader's place on, so that the first bytes are the first header.
        std::size_t const size = bytes.size() < page ? bytes.size() : page;
        std::memcpy(data_ + consumer % page / 8 * 8, bytes.data(), size < page ? size : page);
    }

    [[nodiscard]] ring::memory memory() {
        return {.consumer = &consumer_, .producer = producer_, .data = data_, .size = page};
    }
    [[nodiscard]] std::span<std::byte const> data() const { return {data_, 2 * page}; }
    [[nodiscard]] ring::position consumer() const { return consumer_; }
    [[nodiscard]] ring::position producer() const { return producer_[0]; }

  private:
    std::byte* data_ = nullptr;
    ring::position consumer_ = 0;
    ring::position producer_[3]{};
};

struct header {
    std::uint32_t kind;
    std::uint32_t more;
};
struct first {
    header start;
    std::uint64_t value;
};
struct second {
    header start;
    std::uint64_t values[3];
};
using several = one_of<&header::kind, tagged<1, first>, tagged<2, second>>;

class reader {
  public:
    reader(guarded_ring& from, fuzz::digest& seen) : from_{from}, seen_{seen} {}

    template <class Record, class Wakes>
    void drain() {
        auto const start = from_.consumer();
        ring::cursor cursor{from_.memory()};
        result<void> outcome = outcome::success();
        // The positions do not change: one walk reads all that there is.
        for (int round = 0; round != 2; ++round) {
            std::size_t count = 0;
            ring::drained<Record, Wakes> records{cursor, &outcome};
            for (auto const& record : records) {
                show(record);
                if (++count == 3 && round == 0) break;
                require(count <= page / 8);
            }
            seen_(count);
            seen_(outcome ? errc{} : outcome.error().code);
            auto const read = from_.consumer() - start;
            require(read == 0 || read <= from_.producer() - start);
            require(cursor.at() - start <= page);
        }
    }

    void keep() {
        ring::history history{from_.memory()};
        for (std::size_t count = 0;; ++count) {
            require(count <= page / 8 + 1);
            std::uint64_t room[4]{};
            auto const found = history.copy_next(std::span{room}.first(count % 5));
            seen_(found.problem);
            seen_(found.length);
            seen_(room[0] ^ room[3]);
            if (!found.any) break;
            require(found.length <= page);
        }
        seen_(history.lost_bytes());
        history.publish();
    }

  private:
    void show(std::span<std::byte const> bytes) {
        auto const all = from_.data();
        require(bytes.data() >= all.data() && bytes.data() + bytes.size() <= all.data() + all.size());
        for (std::byte const one : bytes) seen_(one);
    }
    template <class Record>
    void show(Record const& record) {
        show(std::as_bytes(std::span{&record, 1}));
    }
    void show(tailed<header, std::uint16_t> const& record) {
        show(record.head);
        show(std::as_bytes(record.tail));
    }
    template <auto Field, class... Tagged>
    void show(one_of_record<Field, Tagged...> const& record) {
        record.visit([&](auto const& one) { show(one); });
    }

    guarded_ring& from_;
    fuzz::digest& seen_;
};

fuzz::digest read_whole(std::string_view bytes) {
    static auto& ring = *new guarded_ring;
    fuzz::digest seen;
    fuzz::parts all{bytes};
    auto const form = all.number(1);
    auto const consumer = all.number(8);
    // The kernel's positions are multiples of 8 and no further apart than the ring is large; others are tried too.
    auto const ahead = all.number(2);
    auto const produced = (ahead & 0x8000) != 0 ? ahead * 0x1'0000'0001 : ahead;
    auto const overwritten = consumer + (all.number(1) ^ 0x80) * 8 - 0x400;
    ring.fill(consumer, produced, overwritten, all.rest());
    reader from{ring, seen};
    switch (form % 8) {
    case 0: from.drain<raw_bytes, when_woken>(); break;
    case 1: from.drain<raw_bytes, at_intervals>(); break;
    case 2: from.drain<first, when_woken>(); break;
    case 3: from.drain<second, at_intervals>(); break;
    case 4: from.drain<with_tail<header, std::uint16_t>, when_woken>(); break;
    case 5: from.drain<several, when_woken>(); break;
    default: from.keep();
    }
    seen(ring.consumer());
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}
