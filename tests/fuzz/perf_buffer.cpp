// The buffer of a perf event, filled with anything: the reader stays inside it, and comes to an end.
// SPDX-License-Identifier: BSL-1.0

#include "support.hpp"

#include <bpfxx/perf/backward.hpp>
#include <bpfxx/perf/buffer.hpp>
#include <bpfxx/perf/range.hpp>

#include <cstring>
#include <span>
#include <vector>

namespace {

using namespace bpfxx;
using fuzz::require;

struct narrow {
    std::uint32_t number, other;
};
struct wide {
    std::uint64_t number;
    std::byte rest[24];
};

/// A buffer in a block of exactly its size.
struct buffer {
    std::vector<std::byte> data;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;

    [[nodiscard]] perf::buffer_memory memory() {
        return {.head = &head, .tail = &tail, .data = data.data(), .size = data.size()};
    }
};

void show(std::span<std::byte const> bytes, fuzz::digest& seen) {
    seen(bytes.size());
    for (std::byte const one : bytes) seen(one);
}
void show(narrow const& one, fuzz::digest& seen) { seen(one.number ^ one.other); }
void show(wide const& one, fuzz::digest& seen) {
    seen(one.number);
    show(one.rest, seen);
}

template <class Record, class... Room>
void read_forward(std::span<buffer> buffers, fuzz::digest& seen, Room... room) {
    std::vector<perf::cursor> cursors;
    for (auto& one : buffers)
        cursors.emplace_back(cpu_number{static_cast<std::uint32_t>(cursors.size())}, one.memory());
    std::uint64_t lost = 0;
    auto const on_lost = [&](perf_lost const& one) { lost += one.count; };
    std::size_t const most = buffers.size() * buffers.front().data.size() / 8 + 2;
    std::size_t rounds = 0;
    for (bool more = true; more; ++rounds) {
        require(rounds <= most);
        std::size_t count = 0;
        std::uint64_t before = 0, after = 0;
        for (auto const& one : cursors) before += one.position();
        result<void> outcome = outcome::success();
        perf_range<Record, decltype(on_lost)> records{cursors, on_lost, &outcome, room...};
        for (auto const& record : records) {
            require(++count <= most);
            require(static_cast<std::size_t>(records.cpu()) < buffers.size());
            show(record, seen);
            if (rounds == 1 && count == 2) break;
        }
        for (auto const& one : cursors) after += one.position();
        seen(count);
        seen(outcome ? errc{} : outcome.error().code);
        bool const stuck = !outcome && outcome.error().code == errc::buffer_too_small;
        // What failed is skipped, but for a record that the caller has no room for.
        more = (!outcome && !stuck && before != after) || (rounds == 1 && count == 2);
    }
    std::uint64_t counted = 0;
    for (auto const& one : cursors) counted += one.lost();
    require(counted == lost);
    for (auto& one : buffers) seen(one.tail);
}

template <class Room, class Record>
void read_backward(buffer& from, Room room, fuzz::digest& seen) {
    perf::cursor cursor{cpu_number{}, from.memory()};
    for (int round = 0; round != 2; ++round) {
        perf::detail::backward_walk walk;
        auto const visit = [&](cpu_number, Record const& one) { show(one, seen); };
        perf::detail::walk_backward(cursor, room, visit, walk);
        require(walk.count <= from.data.size() / 8);
        require(round == 0 || walk.count == 0);
        seen(walk.count);
        seen(walk.overwritten_bytes);
        seen(walk.problem ? errc{} : walk.problem.error().code);
        require(cursor.unread() == 0);
    }
}

fuzz::digest read_whole(std::string_view bytes) {
    fuzz::digest seen;
    fuzz::parts all{bytes};
    auto const form = all.number(1);
    std::vector<buffer> buffers(form % 8 < 4 && (form & 8) != 0 ? 2 : 1);
    for (auto& one : buffers) {
        one.data.resize((form & 0x10) != 0 ? 4096 : 256);
        one.tail = all.number(8);
        auto const ahead = all.number(2);
        one.head = one.tail + ((ahead & 0x8000) != 0 ? ahead * 0x1'0000'0001 : ahead);
        if (form % 8 >= 4) one.head = one.tail - ahead; // written from its end to its start
    }
    auto const rest = all.rest();
    auto const from = form % 8 < 4 ? buffers[0].tail : buffers[0].head;
    for (std::size_t at = 0; at != rest.size() && at != buffers.size() * buffers[0].data.size(); ++at) {
        auto& data = buffers[at / buffers[0].data.size()].data;
        data[(from / 8 * 8 + at) % data.size()] = static_cast<std::byte>(rest[at]);
    }
    std::vector<std::byte> room((form & 0x20) != 0 ? 4096 : 40);
    switch (form % 8) {
    case 0: read_forward<raw_bytes>(buffers, seen, std::span{room}); break;
    case 1: read_forward<narrow>(buffers, seen); break;
    case 2:
    case 3: read_forward<wide>(buffers, seen); break;
    case 4: read_backward<perf::detail::any_room, std::span<std::byte const>>(buffers[0], {room}, seen); break;
    case 5: read_backward<perf::detail::fixed_room<narrow>, narrow>(buffers[0], {}, seen); break;
    default: read_backward<perf::detail::fixed_room<wide>, wide>(buffers[0], {}, seen);
    }
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}
