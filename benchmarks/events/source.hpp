#pragma once
// Where the records come from: BPF programs that write as many as they are asked to.

#include <bpfxx/map/perf_event_array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/program/handle.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <variant>

namespace events {

/// What all records begin with: a kind that is 1 or 2, and a number that grows by 1.
struct header {
    std::uint32_t kind;
    std::uint32_t number;
};

template <std::size_t Size>
struct event {
    header head;
    std::uint64_t rest[(Size - sizeof(header)) / 8];
};
template <>
struct event<8> {
    header head;
};

/// The same, told apart by its kind.
template <std::size_t Size>
struct other_event : event<Size> {};

/// Records that were written or read, and the sum of their numbers.
struct tally {
    std::uint64_t records = 0;
    std::uint64_t sum = 0;

    bool operator==(tally const&) const = default;
    tally& operator+=(tally const& more) {
        records += more.records;
        sum += more.sum;
        return *this;
    }
};

/// Whom a record wakes.
enum class waking : std::uint32_t { by_default = 0, nobody = 1 };

/// The two processors that records go between: the same one twice where there is only one.
struct processors {
    std::uint32_t reading;
    std::uint32_t writing;
};

/// Has the calling thread run on one processor.
void stay_on(std::uint32_t cpu);

/// A ring or the buffers of perf events, and the program that writes to it.
class source {
  public:
    using events_map = bpfxx::perf_event_array<>;

    static source of_ring(std::size_t record_size, bpfxx::ring_size ring_size, waking wakes);
    /// `pages` is what readers are to have for each processor.
    static source of_perf_events(std::size_t record_size, std::uint32_t pages, processors const& on);

    /// Writes so many records, or as many as there is room for.
    tally write(std::uint64_t records) { return write(records, std::nullopt); }
    /// Writes as many records as fit into an empty ring or buffer. They are in the caches of the processor that reads.
    tally fill();
    /// The next record has the number 0 again.
    void restart() { next_ = 0; }

    bpfxx::ring_buffer const& ring() const { return std::get<bpfxx::ring_buffer>(map_); }
    events_map const& events() const { return std::get<events_map>(map_); }
    std::uint32_t pages() const { return pages_; }

  private:
    using any_map = std::variant<bpfxx::ring_buffer, events_map>;

    source(any_map map, bpfxx::raw_tracepoint_program program, std::uint64_t capacity)
        : map_{std::move(map)}, program_{std::move(program)}, capacity_{capacity} {}

    tally write(std::uint64_t records, std::optional<std::uint32_t> cpu);

    any_map map_;
    bpfxx::raw_tracepoint_program program_;
    std::uint64_t capacity_;
    std::uint32_t pages_ = 0;
    std::optional<processors> filled_from_afar_{};
    std::uint64_t next_ = 0;
};

/// A rival that does less work than the others would win: the loops count, and a wrong count ends the run.
inline void expect(bool right, char const* what) {
    if (right) return;
    std::fprintf(stderr, "a loop of this benchmark did something else than %s\n", what);
    std::exit(EXIT_FAILURE);
}

} // namespace events
