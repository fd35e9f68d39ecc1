// Calls of per-CPU views as the kernel sees them, on machines with other processors than this one, and answers that no
// kernel should give.
#include <bpfxx/map/lru_hash.hpp>
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#include "fake/kernel.hpp"
#include "map/guarded.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <new>
#include <numeric>
#include <unistd.h>
#include <vector>

namespace {

using namespace bpfxx;
using support::guarded;

struct stats {
    std::uint32_t packets, bytes, drops; // 12 bytes at a stride of 16
};
using stats_slot = per_cpu_slot<stats>;
using hash = per_cpu_hash_map<std::uint32_t, stats>;

constexpr auto gaps = detail::pretend_possible(*detail::cpu_list::parse("0-3,8-11\n"));

std::uint64_t address_of(void const* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

template <class Map>
Map make_map(std::uint32_t max_entries = 64) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }};
    return std::move(*Map::create({.max_entries = max_entries}));
}

/// Writes an element's values as the kernel does: every byte of the stride, for each possible processor.
void write_values(std::byte* to, std::uint32_t key) {
    for (std::uint32_t i = 0; i != gaps.count(); ++i) {
        std::array<std::uint32_t, 4> const words{key + i, key, 7, 0xffff'ffff};
        std::memcpy(to + 16 * i, words.data(), 16);
    }
}

TEST_CASE("fault 4: on a machine with gaps in its processors the buffer holds one value for each possible one") {
    auto const map = make_map<hash>();
    guarded<stats_slot> const slots{gaps.count()};
    CHECK(per_cpu_values<stats>::over(slots.span().first(7), gaps).error().code == errc::buffer_too_small);
    auto const values = per_cpu_values<stats>::over(slots, gaps).value();
    REQUIRE(values.size() == 8);
    for (std::uint32_t const command : {1U, 21U}) {
        slots.paint(0);
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            if (call.command != command) return -EINVAL;
            write_values(call.pointer<std::byte>(16), *call.pointer<std::uint32_t>(8));
            return 0;
        }};
        auto const found = command == 1 ? map.lookup(100, values) : map.take(100, values);
        kernel.stop();
        CHECK(found.value());
        CHECK(kernel.calls().size() == 1);
        for (std::uint32_t i = 0; i != 8; ++i) CHECK(values[i].packets == 100 + i);
        CHECK(values[gaps.index(cpu_number{9}).value()].packets == 105);
        CHECK(values.sum(&stats::drops) == 56);
    }
}

TEST_CASE("element operations pass descriptor, addresses and flags, in one call each") {
    auto const map = make_map<hash>();
    std::uint32_t const key = 7;
    per_cpu_buffer<stats, 8> buffer;
    auto const values = buffer.values(gaps).value();
    struct expectation {
        std::uint32_t command, size;
        std::uint64_t flags;
        bool has_value;
    };
    auto const check = [&](expectation expected, auto&& operation) {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
        operation();
        kernel.stop();
        auto const& call = kernel.only_bpf();
        CHECK(call.command == expected.command);
        CHECK(call.size == expected.size);
        CHECK(call.field<int>(0) == map.fd().raw());
        CHECK(call.field<std::uint32_t>(4) == 0);
        CHECK(call.field<std::uint64_t>(8) == address_of(&key));
        if (expected.has_value) CHECK(call.field<std::uint64_t>(16) == address_of(&values[0]));
        if (expected.size == 32) CHECK(call.field<std::uint64_t>(24) == expected.flags);
    };
    check({1, 32, 0, true}, [&] { CHECK(map.lookup(key, values).value()); });
    check({1, 32, 0, false}, [&] { CHECK(map.contains(key).value()); });
    check({2, 32, 0, true}, [&] { CHECK(map.update(key, values)); });
    check({2, 32, 1, true}, [&] { CHECK(map.insert(key, values).value()); });
    check({2, 32, 2, true}, [&] { CHECK(map.replace(key, values).value()); });
    check({3, 16, 0, false}, [&] { CHECK(map.erase(key).value()); });
    check({21, 32, 0, true}, [&] { CHECK(map.take(key, values).value()); });
    check({1, 32, 0x0000'000b'0000'0008, false}, [&] { CHECK(map.lookup_on(cpu_number{11}, key)); });
    check({2, 32, 0x0000'000b'0000'0008, false}, [&] { CHECK(map.update_on(cpu_number{11}, key, {})); });
    check({2, 32, 0x0000'1fff'0000'0008, false}, [&] { CHECK(map.update_on(cpu_number{8191}, key, {})); });
    check({2, 32, 0x10, false}, [&] { CHECK(map.update_all(key, {})); });
}

TEST_CASE("one processor's value goes in and comes out as it is") {
    auto const map = make_map<hash>();
    stats stored{};
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (call.field<std::uint64_t>(24) == 0) return -EINVAL;
        if (call.command == 2) std::memcpy(&stored, call.pointer<void>(16), sizeof stored);
        if (call.command == 1) call.store(16, stats{1, 2, 3});
        return 0;
    }};
    auto const found = map.lookup_on(cpu_number{1}, 5);
    CHECK(map.update_on(cpu_number{1}, 5, {4, 5, 6}));
    auto const on_one = stored;
    CHECK(map.update_all(5, {7, 8, 9}));
    kernel.stop();
    CHECK((*found)->bytes == 2);
    CHECK(on_one.drops == 6);
    CHECK(stored.drops == 9);
}

TEST_CASE("absence is an answer, every other errno is a failure that names the call") {
    auto const map = make_map<hash>();
    per_cpu_buffer<stats, 8> buffer;
    auto const values = buffer.values(gaps).value();
    long answer = -ENOENT;
    fake::kernel kernel{[&](fake::bpf_call&) -> long { return answer; }};
    CHECK_FALSE(map.lookup(1, values).value());
    CHECK_FALSE(map.contains(1).value());
    CHECK_FALSE(map.replace(1, values).value());
    CHECK_FALSE(map.erase(1).value());
    CHECK_FALSE(map.take(1, values).value());
    CHECK_FALSE(map.lookup_on(cpu_number{0}, 1)->has_value());
    CHECK(map.update(1, values).error() == error{errc::enoent, command::map_update_elem});
    CHECK(map.update_on(cpu_number{0}, 1, {}).error() == error{errc::enoent, command::map_update_elem});
    answer = -EEXIST;
    CHECK_FALSE(map.insert(1, values).value());
}

TEST_CASE("every errno that the kernel has is a failure that names the call") {
    auto const map = make_map<hash>();
    per_cpu_buffer<stats, 8> buffer;
    auto const values = buffer.values(gaps).value();
    for (long refused = 1; refused != 525; ++refused) {
        auto const code = static_cast<errc>(refused);
        fake::kernel kernel{[&](fake::bpf_call&) -> long { return -refused; }};
        auto const inserted = map.insert(1, values);
        if (code == errc::enoent) continue; // absence, elsewhere
        CHECK((code == errc::eexist || inserted.error() == error{code, command::map_update_elem}));
        CHECK(map.lookup(1, values).error() == error{code, command::map_lookup_elem});
        CHECK(map.update(1, values).error() == error{code, command::map_update_elem});
        CHECK(map.replace(1, values).error() == error{code, command::map_update_elem});
        CHECK(map.erase(1).error() == error{code, command::map_delete_elem});
        CHECK(map.take(1, values).error() == error{code, command::map_lookup_and_delete_elem});
        CHECK(map.lookup_on(cpu_number{0}, 1).error() == error{code, command::map_lookup_elem});
        CHECK(map.update_on(cpu_number{0}, 1, {}).error() == error{code, command::map_update_elem});
        CHECK(map.update_all(1, {}).error() == error{code, command::map_update_elem});
        if (code == errc::efault)
            CHECK(map.contains(1).value()); // found, and not written
        else
            CHECK(map.contains(1).error() == error{code, command::map_lookup_elem});
    }
}

/// Answers as a table with these keys does, in batches of at most `most`, and says how many rows it was lent.
struct batch_kernel {
    std::uint32_t entries;
    std::uint32_t most;
    std::uint32_t position = 0;
    std::uint32_t lent = 0;

    long operator()(fake::bpf_call& call) {
        if (call.command != 24 && call.command != 25) return -EINVAL;
        lent = call.field<std::uint32_t>(32);
        std::uint32_t count = 0;
        for (; count != std::min(lent, most) && position != entries; ++count, ++position) {
            call.pointer<std::uint32_t>(16)[count] = position * 10;
            write_values(call.pointer<std::byte>(24) + std::size_t{16} * gaps.count() * count, position * 10);
        }
        call.put(32, count);
        return position == entries ? -ENOENT : 0;
    }
};

TEST_CASE("fault 1, per processor: a short batch is not the last, and rows stand where the kernel writes them") {
    auto const map = make_map<hash>();
    constexpr std::size_t room = 5;
    guarded<stats_slot> const slots{room * gaps.count() + 7}; // and not quite a sixth row
    auto const rows = per_cpu_rows<stats>::over(slots, gaps).value();
    REQUIRE(rows.size() == room);
    for (std::size_t const keys_room : {std::size_t{5}, std::size_t{3}, std::size_t{64}}) {
        guarded<std::uint32_t> const keys{keys_room};
        auto const check = [](std::uint32_t key, per_cpu_values<stats const> values) {
            REQUIRE(values.size() == 8);
            for (std::uint32_t i = 0; i != 8; ++i) CHECK(values[i].packets == key + i);
        };
        for (std::uint32_t const entries : {0U, 1U, 2U, 5U, 6U, 23U}) {
            std::uint32_t seen = 0;
            batch_kernel answers{.entries = entries, .most = 2};
            fake::kernel kernel{std::ref(answers)};
            result<void> outcome = outcome::success();
            std::vector<std::pair<std::uint32_t, std::uint64_t>> found;
            found.reserve(32);
            for (auto const& [key, values] : map.entries(keys, rows, outcome))
                found.emplace_back(key, values.sum(&stats::packets));
            kernel.stop();
            CHECK(outcome);
            CHECK(answers.lent == std::min(keys_room, room));
            REQUIRE(found.size() == entries);
            for (auto const& [key, sum] : found) {
                CHECK(key == seen++ * 10);
                CHECK(sum == 8ULL * key + 28);
            }

            answers.position = 0;
            kernel.start();
            seen = 0;
            for (auto const& key : map.keys(keys, rows, outcome)) seen += key == seen * 10 ? 1 : 0;
            answers.position = 0;
            CHECK(map.for_each(keys, rows, check));
            answers.position = 0;
            CHECK(map.take_all(keys, rows, check));
            kernel.stop();
            CHECK(seen == entries);
            CHECK(kernel.calls().back().command == 25);
        }
    }
}

TEST_CASE("batches of one processor: plain values side by side, the processor in the element flags") {
    auto const map = make_map<hash>();
    guarded<std::uint32_t> const keys{5};
    guarded<stats> const values{5}; // 12 bytes each, and no stride
    one_cpu_cursor<std::uint32_t> cursor{cpu_number{9}};
    std::vector<std::uint64_t> cursors;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        cursors.push_back(call.field<std::uint64_t>(0));
        auto const step = static_cast<std::uint32_t>(cursors.size());
        if (step > 1 && *call.pointer<std::uint32_t>(0) != step - 1) return -EINVAL;
        call.store(8, step);
        for (std::uint32_t i = 0; i != 5; ++i) {
            call.pointer<std::uint32_t>(16)[i] = step * 10 + i;
            call.pointer<stats>(24)[i] = {step, i, 7};
        }
        call.put(32, std::uint32_t{step == 1 ? 5U : 2U});
        return step == 3 ? -ENOENT : 0;
    }};
    auto const first = map.lookup_batch_on(cursor, keys, values);
    auto const key = keys[4];
    auto const value = values[4];
    auto const second = map.lookup_batch_on(cursor, keys, values);
    auto const third = map.lookup_batch_on(cursor, keys, values);
    kernel.stop();
    CHECK(first->count == 5);
    CHECK_FALSE(first->last);
    CHECK(key == 14);
    CHECK((value.packets == 1 && value.bytes == 4 && value.drops == 7));
    CHECK(second->count == 2);
    CHECK_FALSE(second->last); // a short batch is not the last
    CHECK(third->last);
    CHECK(third->count == 2);
    REQUIRE(kernel.bpf_calls() == 3);
    CHECK(cursors[0] == 0);
    CHECK(cursors[1] != 0);
    auto const& call = kernel.calls()[0];
    CHECK(call.command == 24);
    CHECK(call.size == 56);
    CHECK(call.field<std::uint64_t>(8) == cursors[1]);
    CHECK(call.field<std::uint64_t>(16) == address_of(keys.data()));
    CHECK(call.field<std::uint64_t>(24) == address_of(values.data()));
    CHECK(call.field<std::uint32_t>(32) == 5);
    CHECK(call.field<int>(36) == map.fd().raw());
    CHECK(call.field<std::uint64_t>(40) == 0x0000'0009'0000'0008);
    CHECK(call.field<std::uint64_t>(48) == 0);
}

TEST_CASE("batches of one processor: hostile counts, failures and unequal buffers") {
    auto const map = make_map<hash>();
    std::array<std::uint32_t, 3> keys{};
    std::array<stats, 3> values{};
    long answer = 0;
    std::uint32_t count = 0;
    one_cpu_cursor<std::uint32_t> cursor{cpu_number{0}};
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (call.command == 24 && call.field<std::uint64_t>(0) != 0) return -EIO; // nobody moved the cursor on
        call.put(32, count);
        return answer;
    }};
    for (std::uint32_t const hostile : {4U, 0x8000'0000U, 0xffff'ffffU}) {
        for (long const how : {0L, -long{ENOENT}}) {
            count = hostile;
            answer = how;
            CHECK(map.lookup_batch_on(cursor, keys, values).error() ==
                  error{errc::malformed_answer, command::map_lookup_batch});
        }
    }
    for (long const refused :
         {-long{EINVAL}, -long{ERANGE}, -long{ENOSPC}, -long{EFAULT}, -long{EPERM}, -long{ENOMEM}, -524L}) {
        auto const code = static_cast<errc>(-refused);
        answer = refused;
        count = 2;
        CHECK(map.lookup_batch_on(cursor, keys, values).error() == error{code, command::map_lookup_batch});
        std::uint32_t done = 77;
        CHECK(map.update_batch_on(cpu_number{1}, keys, values, done).error() == error{code, command::map_update_batch});
        CHECK(done == 2);
        count = 3; // as it went in: not one was begun
        CHECK(map.update_batch_all(keys, values, done).error() == error{code, command::map_update_batch});
        CHECK(done == 0);
    }
    auto const before = kernel.bpf_calls();
    auto const few = std::span{values}.first(2);
    std::uint32_t done = 77;
    CHECK(map.lookup_batch_on(cursor, keys, few).error() == error{errc::batch_sizes_differ, command::map_lookup_batch});
    CHECK(map.update_batch_on(cpu_number{1}, keys, few, done).error() ==
          error{errc::batch_sizes_differ, command::map_update_batch});
    CHECK(done == 0);
    CHECK(kernel.bpf_calls() == before);
}

TEST_CASE("batches of one processor, or of all alike, are stored in one call") {
    auto const map = make_map<hash>();
    std::array<std::uint32_t, 3> const keys{1, 2, 3};
    std::array<stats, 3> const values{};
    for (bool const all : {false, true}) {
        std::uint32_t done = 0;
        fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
        auto const stored =
            all ? map.update_batch_all(keys, values, done) : map.update_batch_on(cpu_number{8191}, keys, values, done);
        kernel.stop();
        CHECK(stored);
        CHECK(done == 3);
        auto const& call = kernel.only_bpf();
        CHECK(call.command == 26);
        CHECK(call.size == 56);
        CHECK(call.field<std::uint64_t>(0) == 0);
        CHECK(call.field<std::uint64_t>(8) == 0);
        CHECK(call.field<std::uint64_t>(16) == address_of(keys.data()));
        CHECK(call.field<std::uint64_t>(24) == address_of(values.data()));
        CHECK(call.field<std::uint32_t>(32) == 3);
        CHECK(call.field<int>(36) == map.fd().raw());
        CHECK(call.field<std::uint64_t>(40) == (all ? 0x10 : 0x0000'1fff'0000'0008));
        CHECK(call.field<std::uint64_t>(48) == 0);
    }
}

TEST_CASE("a visitor may stop the walk") {
    auto const map = make_map<hash>();
    per_cpu_buffer<stats, 64> buffer;
    auto const rows = buffer.rows(gaps).value();
    std::array<std::uint32_t, 8> keys{};
    fake::kernel kernel{batch_kernel{.entries = 100, .most = 8}};
    int seen = 0;
    CHECK(map.for_each(keys, rows, [&](std::uint32_t, per_cpu_values<stats const>) { return ++seen != 9; }));
    kernel.stop();
    CHECK(seen == 9);
    CHECK(kernel.bpf_calls() == 2);
}

TEST_CASE("hostile counts are refused, and nothing beyond the rows is looked at") {
    auto const map = make_map<hash>();
    guarded<stats_slot> const slots{2 * gaps.count()};
    guarded<std::uint32_t> const keys{2};
    auto const rows = per_cpu_rows<stats>::over(slots, gaps).value();
    for (std::uint32_t const count : {3U, 16U, 0x8000'0000U, 0xffff'ffffU, 0U}) {
        for (long const answer : {0L, -long{ENOENT}}) {
            if (count == 0 && answer != 0) continue; // the end of an empty map
            fake::kernel kernel{[&](fake::bpf_call& call) -> long {
                call.put(32, count);
                return answer;
            }};
            std::uint64_t seen = 0;
            auto const visit = [&](std::uint32_t, per_cpu_values<stats const> values) {
                seen += values.sum(&stats::packets) + 1;
            };
            auto const walked = map.for_each(keys, rows, visit);
            auto const taken = map.take_all(keys, rows, visit);
            kernel.stop();
            CHECK(walked.error() == error{errc::malformed_answer, command::map_lookup_batch});
            CHECK(taken.error() == error{errc::malformed_answer, command::map_lookup_and_delete_batch});
            CHECK(seen == 0);
        }
    }
}

TEST_CASE("without batches the walk goes key by key, through one row, and ends at its bound") {
    auto const map = make_map<hash>(8);
    guarded<stats_slot> const slots{gaps.count()};
    auto const rows = per_cpu_rows<stats>::over(slots, gaps).value();
    std::array<std::uint32_t, 4> keys{};
    {
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            if (call.command == 24) return -EINVAL;
            if (call.command == 4) {
                std::uint32_t const next = call.field<std::uint64_t>(8) == 0 ? 0 : *call.pointer<std::uint32_t>(8) + 1;
                if (next == 5) return -ENOENT;
                call.store(16, next);
                return 0;
            }
            write_values(call.pointer<std::byte>(16), *call.pointer<std::uint32_t>(8));
            return 0;
        }};
        std::uint64_t sum = 0;
        CHECK(map.for_each(keys, rows,
                           [&](std::uint32_t, per_cpu_values<stats const> values) { sum += values[1].packets; }));
        kernel.stop();
        CHECK(sum == 1 + 2 + 3 + 4 + 5);
    }
    fake::kernel endless{[](fake::bpf_call& call) -> long { return call.command == 24 ? -524L : 0; }};
    std::size_t seen = 0;
    auto const walked = map.for_each(keys, rows, [&](std::uint32_t, per_cpu_values<stats const>) { ++seen; });
    endless.stop();
    CHECK(walked.error() == error{errc::walk_bound_reached, command::map_get_next_key});
    CHECK(seen == 8);
}

TEST_CASE("a failure in the middle of a walk ends it and is kept") {
    auto const map = make_map<hash>();
    per_cpu_buffer<stats, 64> buffer;
    auto const rows = buffer.rows(gaps).value();
    std::array<std::uint32_t, 8> keys{};
    int calls = 0;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (++calls == 2) return -ENOSPC;
        call.put(32, std::uint32_t{2});
        return 0;
    }};
    result<void> outcome = outcome::success();
    std::size_t seen = 0;
    for ([[maybe_unused]] auto const& entry : map.entries(keys, rows, outcome)) ++seen;
    kernel.stop();
    CHECK(seen == 2);
    CHECK(outcome.error() == error{errc::enospc, command::map_lookup_batch});
    calls = 0;
    outcome = outcome::success();
    seen = 0;
    kernel.start();
    for ([[maybe_unused]] auto const& key : map.keys(keys, rows, outcome)) ++seen;
    kernel.stop();
    CHECK(seen == 2);
    CHECK(outcome.error() == error{errc::enospc, command::map_lookup_batch});
    CHECK(map.entries(std::span<std::uint32_t>{}, rows, outcome).begin() ==
          decltype(map.entries(keys, rows, outcome))::end());
    CHECK(outcome.error() == error{errc::enospc, command::map_lookup_batch});
}

TEST_CASE("sums wrap no sooner than 64 bits, and folds see every processor in order") {
    std::vector<per_cpu_slot<std::uint32_t>> counts(gaps.count());
    for (auto& slot : counts) slot.value = 0xffff'ffff;
    auto const wide = per_cpu_values<std::uint32_t const>::over(counts, gaps).value();
    CHECK(wide.sum() == 8ULL * 0xffff'ffff);
    std::vector<per_cpu_slot<std::int8_t>> below(gaps.count());
    for (auto& slot : below) slot.value = -128;
    CHECK(per_cpu_values<std::int8_t>::over(below, gaps)->sum() == -1024);
    std::vector<per_cpu_slot<std::int64_t>> hostile(gaps.count());
    for (auto& slot : hostile) slot.value = INT64_MAX;
    CHECK(per_cpu_values<std::int64_t>::over(hostile, gaps)->sum() == -8); // wraps, as unsigned numbers do
    std::vector<per_cpu_slot<float>> halves(gaps.count());
    for (auto& slot : halves) slot.value = 0.5F;
    CHECK(per_cpu_values<float>::over(halves, gaps)->sum() == 4.0);
    for (auto& slot : halves) slot.value = 1.0F;
    halves[0].value = 16'777'216.0F; // where floats begin to lose ones
    CHECK(per_cpu_values<float>::over(halves, gaps)->sum() == 16'777'223.0);

    auto const values = per_cpu_values<std::uint32_t>::over(counts, gaps).value();
    std::uint32_t next = 1;
    for (auto& value : values) value = next++;
    CHECK(values.fold(0ULL, [](unsigned long long so_far, std::uint32_t value) { return so_far * 10 + value; }) ==
          12345678);
    CHECK(std::accumulate(values.begin(), values.end(), 0U) == 36);
    CHECK(values.fold(0U, [](std::uint32_t most, std::uint32_t value) { return std::max(most, value); }) == 8);
    values.fill(3);
    CHECK(wide.sum() == 24);
}

struct more_stats : stats {};

TEST_CASE("views are walked, narrowed to reading and summed as their buffer says") {
    constexpr std::size_t room = 3;
    std::vector<per_cpu_slot<stats>> slots(room * gaps.count());
    for (std::uint32_t i = 0; i != slots.size(); ++i) slots[i].value.packets = i;
    per_cpu_rows<stats const> const rows = per_cpu_rows<stats>::over(slots, gaps).value();
    REQUIRE(rows.size() == room);
    CHECK(rows[2][7].packets == 23);
    CHECK(rows[1].size() == 8);
    std::uint32_t next = 0;
    for (auto const row : rows)
        for (auto const& each : row) CHECK(each.packets == next++);
    CHECK(next == 24);
    auto row = rows.begin();
    CHECK((*row++)[0].packets == 0);
    CHECK((*row)[0].packets == 8);
    auto const second = *row;
    auto each = second.begin();
    CHECK((*each++).packets == 8);
    CHECK(each->packets == 9);
    CHECK(std::distance(second.begin(), second.end()) == 8);

    std::vector<per_cpu_slot<more_stats>> derived(gaps.count());
    for (auto& slot : derived) slot.value.bytes = 5;
    CHECK(per_cpu_values<more_stats>::over(derived, gaps)->sum(&stats::bytes) == 40);
}

TEST_CASE("a buffer is zero at first, whatever its memory held") {
    using buffer = per_cpu_buffer<std::uint32_t, 8>;
    alignas(buffer) std::array<std::byte, sizeof(buffer)> memory;
    memory.fill(std::byte{0xa5});
    auto* const made = new (memory.data()) buffer;
    CHECK(made->values(gaps)->sum() == 0);
    made->~buffer();
}

TEST_CASE("whether a key is there is asked with an address that nothing can ever be written to") {
    auto const map = make_map<hash>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EFAULT; }};
    CHECK(map.contains(1).value());
    kernel.stop();
    CHECK(kernel.only_bpf().field<std::uint64_t>(16) == 0xffff'ffff'ffff'f000);
}

} // namespace
