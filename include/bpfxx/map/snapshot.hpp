#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/entries.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/snapshot_guarantee.hpp>
#include <bpfxx/map/snapshot_program.hpp>
#include <bpfxx/sys/attr/map.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

struct snapshot_options {
    /// How many entries there is room for; 0 stands for what the map can hold, and for the hash family one eighth more,
    /// since those that come and go during a walk take room as well.
    std::uint32_t capacity = 0;
};

/// Reads a whole map into memory of its own, as often as wanted. A dense map is read by a program inside the kernel, made
/// while compiling; a sparse one, or where the kernel refuses the program, by batches. It has its own descriptor of the
/// map. One thread at a time.
/// UAPI: bpf_for_each_map_elem, BPF_PROG_RUN, BPF_MAP_LOOKUP_BATCH
/// Since: Linux 5.14 inside the kernel, 5.6 by batches
template <class Map>
class [[nodiscard]] map_snapshot {
    using Kind = typename Map::kind_type;   // NOLINT(readability-identifier-naming)
    using Key = typename Map::key_type;     // NOLINT(readability-identifier-naming)
    using Value = typename Map::value_type; // NOLINT(readability-identifier-naming)

    static constexpr map_type type = Kind::facts.type;
    static constexpr bool is_array = type == map_type::array;
    static_assert(
        type == map_type::hash || type == map_type::lru_hash || is_array,
        "a snapshot is taken of hash, LRU hash and array maps: the kernel shows a program no other type, and of "
        "per-CPU maps only the values of one CPU; walk this map with entries() or for_each()");
    static_assert(readable<typename Map::access_type>, "this view is write-only: open it as read_write");
    static_assert(sizeof(Key) <= detail::largest_copied && sizeof(Value) <= detail::largest_copied,
                  "a snapshot copies keys and values of at most 4096 bytes: walk this map with for_each()");

    static constexpr auto code = detail::snapshot_program<sizeof(Key), sizeof(Value)>();
    // Measured: 13 ns for an empty bucket and 40 for an entry inside the kernel, 1 and 230 by batches.
    static constexpr std::uint64_t dense_from = 8; // one entry in so many buckets
    static constexpr unsigned most_halvings = 1;   // each slice goes over the whole map: four cost more than batches
    static constexpr std::uint32_t sample = 256;

  public:
    using key_type = Key;
    using value_type = Value;

    /// Makes room and loads the program.
    /// UAPI: BPF_MAP_CREATE, mmap(2), BPF_BTF_LOAD, BPF_PROG_LOAD
    /// Errors: E2BIG more than 512 MiB; ENOMEM; EPERM; what makes the kernel refuse the program is no error, but
    /// `refusal()`
    /// Costs: five system calls, one to close; memory for the whole capacity; a tenth of a millisecond for the verifier
    [[nodiscard]] static result<map_snapshot> create(Map const& map, snapshot_options const& options = {}) noexcept {
        auto const capacity = options.capacity == 0 ? usual_capacity(map.max_entries()) : options.capacity;
        auto block =
            detail::program_block::create(detail::block_layout::of(capacity, sizeof(Key), sizeof(Value), false));
        if (!block) return block.error();
        auto own = map.duplicate();
        if (!own) return own.error();
        auto const filled = detail::laid_out(code.with(block->fd(), map.fd()), block->layout());
        auto reader =
            detail::load_with_callback<program_kind::syscall>(filled, code.start_of_subprogram(1), "bpfxx_snapshot");
        if (!reader) return reader.error();
        return map_snapshot{std::move(*block), std::move(*own), std::move(*reader)};
    }

    /// Reads the whole map, in the way that suits what was seen last; before anything was seen, and while the map was
    /// sparse, a first batch tells how dense it is.
    /// UAPI: BPF_PROG_RUN, BPF_MAP_LOOKUP_BATCH
    /// Errors: ENOSPC more entries than `capacity()`: nothing is kept, `for_each` goes on in slices; those of a batch
    /// Costs: one system call where the map was dense; two where it has become so; else as many as batches need
    /// Races: `guarantee()` says which entries are seen; values are copied without a lock
    [[nodiscard]] result<std::uint32_t> refresh() noexcept {
        if (!reader_) return by_batches(position{}, 0);
        if (is_array || is_dense(seen_)) return by_kernel();
        position at;
        auto const first = read_batch(at, 0, sample);
        if (!first) return forget(first.error());
        if (!at.last && shows_density(at, *first)) return by_kernel();
        return by_batches(at, *first);
    }

    /// The same in a way of the caller's: batches for their guarantee.
    /// Errors: the `refusal()` when the kernel is to walk and did not take the program
    [[nodiscard]] result<std::uint32_t> refresh(snapshot_way way) noexcept {
        if (way == snapshot_way::none) return refresh();
        if (way == snapshot_way::batches) return by_batches(position{}, 0);
        return reader_ ? by_kernel() : result<std::uint32_t>{*refusal_};
    }

    /// What `refresh` read last, in the order in which the kernel has it; nothing after a failure and after `for_each`.
    [[nodiscard]] std::span<Key const> keys() const noexcept { return {key_at(0), size_}; }
    [[nodiscard]] std::span<Value const> values() const noexcept { return {value_at(0), size_}; }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

    /// Reads a map of any size and calls `visit(key, value)`, which may answer false to stop: at once where there is room,
    /// else in slices of keys, each of which is one walk inside the kernel, or in batches where that would take more than
    /// two.
    /// Errors: ENOSPC keys that cannot be told apart are more than `capacity()`; those of a batch
    /// Costs: one system call for each slice or batch, one more for each slice that has to be halved
    /// Races: those of `refresh`, for what was visited; no entry is in two slices
    template <class Visitor>
    [[nodiscard]] result<void> for_each(Visitor&& visit) {
        size_ = 0;
        if (!reader_) return visit_batches(visit, position{}, 0);
        if (is_array && !seen_) seen_ = max_entries_;
        if (is_array || is_dense(seen_)) return visit_slices(visit);
        position at;
        auto const first = read_batch(at, 0, sample);
        if (!first) return first.error();
        if (!at.last && shows_density(at, *first)) return visit_slices(visit);
        return visit_batches(visit, at, *first);
    }

    /// How many entries there is room for.
    [[nodiscard]] std::uint32_t capacity() const noexcept {
        return static_cast<std::uint32_t>(block_.layout().capacity);
    }

    /// Which way the last snapshot went.
    [[nodiscard]] snapshot_way way() const noexcept { return way_; }

    /// What it promised.
    [[nodiscard]] snapshot_guarantee guarantee() const noexcept { return guarantee_of<Kind>(way_); }

    /// Whether the kernel took the program, and if not, what it said.
    [[nodiscard]] bool in_kernel() const noexcept { return reader_.has_value(); }
    [[nodiscard]] std::optional<error> refusal() const noexcept { return refusal_; }

  private:
    using number = std::uint64_t;
    using reader = detail::program_or_refusal<program_kind::syscall>;

    // The hash family writes the number of the next bucket here, which no more than an estimate depends on.
    struct position {
        alignas(8) std::byte cursor[sizeof(Key) < 4 ? 4 : sizeof(Key)]{};
        bool started = false;
        bool last = false;
    };

    map_snapshot(detail::program_block block, Map own, reader loaded) noexcept
        : block_{std::move(block)}, map_{std::move(own)}, reader_{std::move(loaded.loaded)}, refusal_{loaded.refusal},
          max_entries_{map_.max_entries()} {}

    static std::uint32_t usual_capacity(std::uint32_t max_entries) noexcept {
        if (is_array) return max_entries;
        auto const wanted = std::uint64_t{max_entries} + max_entries / 8 + 64;
        return wanted < 0xffff'ffff ? static_cast<std::uint32_t>(wanted) : 0xffff'ffff;
    }

    [[nodiscard]] Key* key_at(number index) const noexcept { return block_.at<Key>(block_.layout().keys) + index; }
    [[nodiscard]] Value* value_at(number index) const noexcept {
        return block_.at<Value>(block_.layout().values) + index;
    }

    [[nodiscard]] number buckets() const noexcept { return std::bit_ceil(number{max_entries_}); }

    [[nodiscard]] bool is_dense(std::optional<number> entries) const noexcept {
        return entries && *entries * dense_from >= buckets();
    }

    [[nodiscard]] bool shows_density(position const& at, number entries) noexcept {
        auto const walked = std::bit_cast<std::uint32_t>(
            std::array<std::byte, 4>{at.cursor[0], at.cursor[1], at.cursor[2], at.cursor[3]});
        if (walked == 0 || walked > buckets()) return false;
        seen_ = entries * buckets() / walked;
        return is_dense(seen_);
    }

    error forget(error failure) noexcept {
        size_ = 0;
        return failure;
    }

    result<std::uint32_t> keep(number entries, snapshot_way way) noexcept {
        way_ = way;
        seen_ = entries;
        size_ = static_cast<std::uint32_t>(entries);
        return size_;
    }

    // Whether the slice fitted.
    result<bool> walk(number mask, number slice) noexcept {
        namespace index = detail::snapshot_number;
        block_.number(index::count) = 0;
        block_.number(index::mask) = mask;
        block_.number(index::slice) = slice;
        block_.number(index::full) = 0;
        block_.number(index::walked) = 0;
        auto const ran = block_.run(reader_->fd());
        if (!ran) return ran.error();
        auto const walked = static_cast<std::int64_t>(block_.number(index::walked));
        if (walked < 0) return error{static_cast<errc>(-walked), command::prog_test_run};
        if (block_.number(index::count) > capacity()) return error{errc::malformed_answer, command::prog_test_run};
        return block_.number(index::full) == 0;
    }

    [[nodiscard]] number walked_entries() const noexcept { return block_.number(detail::snapshot_number::count); }

    result<std::uint32_t> by_kernel() noexcept {
        auto const all = walk(0, 0);
        if (!all) return forget(all.error());
        if (!*all) return forget({errc::enospc, command::prog_test_run});
        return keep(walked_entries(), snapshot_way::kernel_walk);
    }

    // One batch into the buffer after what is there already: how many entries.
    result<std::uint32_t> read_batch(position& at, number done, number most) noexcept {
        auto const room = capacity() - done < most ? capacity() - done : most;
        sys::attr::map_lookup_batch attribute{
            .in_batch = at.started ? at.cursor : nullptr,
            .out_batch = at.cursor,
            .keys = key_at(done),
            .values = value_at(done),
            .count = static_cast<std::uint32_t>(room),
            .map_fd = map_.fd(),
        };
        auto const called = sys::call(attribute);
        if (!called && called.error().code != errc::enoent) return called.error();
        if (attribute.count > room || (called && attribute.count == 0 && room != 0))
            return error{errc::malformed_answer, command::map_lookup_batch};
        at.started = true;
        at.last = !called || (is_array && done + attribute.count == max_entries_);
        return attribute.count;
    }

    result<std::uint32_t> by_batches(position at, number done) noexcept {
        while (!at.last) {
            if (done == capacity()) return forget({errc::enospc, command::map_lookup_batch});
            auto const more = read_batch(at, done, capacity());
            if (!more) return forget(more.error());
            done += *more;
        }
        return keep(done, snapshot_way::batches);
    }

    template <class Visitor>
    bool visit_entries(Visitor& visit, number count) {
        constexpr bool may_stop = !std::is_void_v<std::invoke_result_t<Visitor&, Key const&, Value const&>>;
        Key const* const keys = key_at(0);
        Value const* const values = value_at(0);
        for (number i = 0; i != count; ++i) {
            if constexpr (may_stop) {
                if (!visit(keys[i], values[i])) return false;
            } else {
                visit(keys[i], values[i]);
            }
        }
        return true;
    }

    template <class Visitor>
    result<void> visit_batches(Visitor& visit, position at, number count) {
        way_ = snapshot_way::batches;
        number visited = 0;
        if (count != 0 && !visit_entries(visit, count)) return outcome::success();
        for (visited = count; !at.last; visited += count) {
            auto const more = read_batch(at, 0, capacity());
            if (!more) return more.error();
            count = *more;
            if (!visit_entries(visit, count)) return outcome::success();
        }
        seen_ = visited;
        return outcome::success();
    }

    // Slice i of 2^n holds the keys whose hash ends in these n bits. One that does not fit is halved by one more bit;
    // after the half whose bit is 0 comes the one whose bit is 1.
    template <class Visitor>
    result<void> visit_slices(Visitor& visit) {
        unsigned bits = 0;
        while (bits < 16 && (seen_.value_or(0) >> bits) * 8 > number{capacity()} * 7) ++bits;
        if (bits > most_halvings) return visit_batches(visit, position{}, 0);
        way_ = snapshot_way::kernel_walk;
        number visited = 0;
        for (number slice = 0;;) {
            auto const fits = walk((number{1} << bits) - 1, slice);
            if (!fits) return fits.error();
            if (!*fits) {
                if (++bits > 24) return error{errc::enospc, command::prog_test_run};
                if (visited == 0 && bits > most_halvings) return visit_batches(visit, position{}, 0);
                continue;
            }
            visited += walked_entries();
            if (!visit_entries(visit, walked_entries())) return outcome::success();
            while (bits != 0 && (slice >> (bits - 1)) == 1) slice -= number{1} << --bits;
            if (bits == 0) break;
            slice += number{1} << (bits - 1);
        }
        seen_ = visited;
        return outcome::success();
    }

    detail::program_block block_;
    Map map_;
    std::optional<syscall_program> reader_;
    std::optional<error> refusal_;
    std::uint32_t max_entries_;
    std::uint32_t size_ = 0;
    std::optional<number> seen_{};
    snapshot_way way_ = snapshot_way::none;
};

/// The same with the type found by the compiler: `auto table = bpfxx::make_snapshot(flows);`
template <class Map>
[[nodiscard]] result<map_snapshot<Map>> make_snapshot(Map const& map, snapshot_options const& options = {}) noexcept {
    return map_snapshot<Map>::create(map, options);
}

} // namespace bpfxx
