// The loop that a careful C programmer writes for one ring: no callback, and one store of the position in the end.

#include "loops.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace {

using events::event;
using events::expect;
using events::header;
using events::source;
using events::tally;

constexpr std::uint32_t busy = 1u << 31;
constexpr std::uint32_t discarded = 1u << 30;

class consumer {
  public:
    explicit consumer(source& from) : size_{from.ring().size_bytes()} {
        int const file = from.ring().fd().raw();
        auto const page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        first_ = mapped(page, PROT_READ | PROT_WRITE, file, 0);
        second_ = mapped(page + 2 * size_, PROT_READ, file, page);
        position_ = reinterpret_cast<unsigned long*>(first_);
        end_ = reinterpret_cast<unsigned long const*>(second_);
        data_ = second_ + page;
    }
    consumer(consumer const&) = delete;
    consumer& operator=(consumer const&) = delete;
    ~consumer() {
        auto const page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        munmap(first_, page);
        munmap(second_, page + 2 * size_);
    }

    template <class Visit>
    void consume(Visit const& visit) const {
        unsigned long at = *position_;
        unsigned long const end = __atomic_load_n(end_, __ATOMIC_ACQUIRE);
        while (at < end) {
            char const* const record = data_ + (at & (size_ - 1));
            std::uint32_t const length =
                __atomic_load_n(reinterpret_cast<std::uint32_t const*>(record), __ATOMIC_ACQUIRE);
            if ((length & busy) != 0) break;
            std::uint32_t const size = length & ~discarded;
            if ((length & discarded) == 0) visit(record + 8, size);
            at += (8 + size + 7) / 8 * 8;
        }
        __atomic_store_n(position_, at, __ATOMIC_RELEASE);
    }

  private:
    static char* mapped(std::size_t length, int access, int file, std::size_t offset) {
        void* const at = mmap(nullptr, length, access, MAP_SHARED, file, static_cast<off_t>(offset));
        expect(at != MAP_FAILED, "map the ring");
        return static_cast<char*>(at);
    }

    std::size_t size_;
    char* first_;
    char* second_;
    unsigned long* position_;
    unsigned long const* end_;
    char const* data_;
};

template <std::size_t Size>
void drain_typed(benchmark::State& state, source& from) {
    consumer const ring{from};
    time_drains(state, from, [&] {
        tally read;
        ring.consume([&](char const* data, std::uint32_t size) {
            if (size != Size) return;
            ++read.records;
            read.sum += reinterpret_cast<event<Size> const*>(data)->head.number;
        });
        return read;
    });
}

void drain_bytes(benchmark::State& state, source& from) {
    consumer const ring{from};
    time_drains(state, from, [&] {
        tally read;
        ring.consume([&](char const* data, std::uint32_t size) {
            header head;
            if (size < sizeof head) return;
            std::memcpy(&head, data, sizeof head);
            ++read.records;
            read.sum += head.number;
        });
        return read;
    });
}

template <std::size_t Size>
void drain_one_of(benchmark::State& state, source& from) {
    consumer const ring{from};
    time_drains(state, from, [&] {
        tally first;
        tally second;
        ring.consume([&](char const* data, std::uint32_t size) {
            if (size != Size) return;
            auto const& head = *reinterpret_cast<header const*>(data);
            switch (head.kind) {
            case 1:
                ++first.records;
                first.sum += head.number;
                break;
            case 2:
                ++second.records;
                second.sum += head.number;
                break;
            default: expect(false, "read a record of a kind that there is");
            }
        });
        return first += second;
    });
}

void drain_with_tail(benchmark::State& state, source& from) {
    consumer const ring{from};
    time_drains(state, from, [&] {
        tally read;
        std::uint64_t elements = 0;
        ring.consume([&](char const* data, std::uint32_t size) {
            if (size < sizeof(header) || (size - sizeof(header)) % 8 != 0) return;
            ++read.records;
            read.sum += reinterpret_cast<header const*>(data)->number;
            elements += (size - sizeof(header)) / 8;
        });
        benchmark::DoNotOptimize(elements);
        return read;
    });
}

template <std::size_t Size>
constexpr events::rival for_size{
    .typed = {"hand-written loop", drain_typed<Size>},
    .bytes = {"hand-written loop", drain_bytes},
    .one_of = {"hand-written loop", drain_one_of<Size>},
    .with_tail = {"hand-written loop", drain_with_tail},
};

} // namespace

constexpr events::rivals_by_size events::by_hand{for_size<8>, for_size<64>, for_size<512>};
