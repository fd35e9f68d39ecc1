// Maps with a value for each possible processor, on the running kernel. A page behind each buffer that nobody may touch
// shows what the kernel writes beyond it.
#include <bpfxx/map/lru_hash.hpp>
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/map/per_cpu_elements.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/per_cpu_walks.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"
#include "map/guarded.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

using namespace bpfxx;
using support::guarded;

possible_cpus const& cpus() {
    static auto const found = possible_cpus::read().value();
    return found;
}

template <std::size_t Size>
struct bytes {
    std::array<std::uint8_t, Size> all;

    friend bool operator==(bytes const&, bytes const&) = default;
};

template <std::size_t Size>
bytes<Size> filled(std::uint32_t seed) {
    bytes<Size> made{};
    for (std::size_t i = 0; i != Size; ++i) made.all[i] = static_cast<std::uint8_t>(seed * 31 + i + 1);
    return made;
}

template <template <class, class, class> class Map, class Value>
auto make(std::uint32_t max_entries = 64) {
    return Map<std::uint32_t, Value, read_write>::create({.max_entries = max_entries}).value();
}
template <class, class Value, class Access>
using array_of = per_cpu_array<Value, Access>;

static_assert(sizeof(per_cpu_slot<bytes<1>>) == 8 && sizeof(per_cpu_slot<bytes<8>>) == 8);
static_assert(sizeof(per_cpu_slot<bytes<12>>) == 16 && sizeof(per_cpu_slot<bytes<20>>) == 24);

/// A view over a buffer, with different bytes for each processor.
template <std::size_t Size>
per_cpu_values<bytes<Size>> over(guarded<per_cpu_slot<bytes<Size>>> const& slots, std::uint32_t seed) {
    auto const values = per_cpu_values<bytes<Size>>::over(slots, cpus()).value();
    for (std::uint32_t i = 0; i != values.size(); ++i) values[i] = filled<Size>(seed + i);
    return values;
}

template <std::size_t Size>
void check_values(per_cpu_values<bytes<Size> const> values, std::uint32_t seed) {
    for (std::uint32_t i = 0; i != values.size(); ++i) CHECK(values[i] == filled<Size>(seed + i));
}

TEST_CASE_TEMPLATE("fault 4: no operation writes or reads beyond the values of a size", Size,
                   std::integral_constant<std::size_t, 1>, std::integral_constant<std::size_t, 4>,
                   std::integral_constant<std::size_t, 8>, std::integral_constant<std::size_t, 12>,
                   std::integral_constant<std::size_t, 20>, std::integral_constant<std::size_t, 64>) {
    using value = bytes<Size::value>;
    guarded<per_cpu_slot<value>> const from{cpus().count()};
    guarded<per_cpu_slot<value>> const to{cpus().count()};
    auto const check = [&](auto const& map) {
        auto const stored = over<Size::value>(from, 7);
        auto const found = over<Size::value>(to, 90);
        REQUIRE(map.update(3, stored));
        CHECK(map.lookup(3, found).value());
        check_values<Size::value>(found, 7);
        CHECK_FALSE(map.lookup(999, found).value());
        check_values<Size::value>(found, 7); // unchanged
        CHECK(map.contains(3).value());
        CHECK_FALSE(map.contains(999).value());
    };
    auto const check_hash = [&](auto const& map) {
        check(map);
        auto const stored = over<Size::value>(from, 20);
        auto const found = over<Size::value>(to, 90);
        CHECK_FALSE(map.insert(3, stored).value());
        CHECK(map.insert(4, stored).value());
        CHECK_FALSE(map.replace(5, stored).value());
        CHECK(map.replace(3, stored).value());
        auto const taken = map.take(3, found);
        if (!taken && taken.error().code == errc::enotsupp) return;
        CHECK(taken.value());
        check_values<Size::value>(found, 20);
        CHECK_FALSE(map.contains(3).value());
        CHECK_FALSE(map.take(3, found).value());
        CHECK(map.erase(4).value());
        CHECK_FALSE(map.erase(4).value());
    };
    check(make<array_of, value>());
    check_hash(make<per_cpu_hash_map, value>());
    check_hash(make<lru_per_cpu_hash_map, value>(1024));
}

TEST_CASE("fault 4: the page behind the buffer does see what is written beyond it") {
    auto const map = make<per_cpu_hash_map, std::uint32_t>();
    guarded<per_cpu_slot<std::uint32_t>> const slots{cpus().count()};
    auto const values = per_cpu_values<std::uint32_t>::over(slots, cpus()).value();
    std::uint32_t const key = 1;
    CHECK(map.update(key, values));
    sys::attr::map_lookup_elem attribute{.map_fd = map.fd(), .key = &key, .value = slots.data()};
    CHECK(sys::call(attribute));
    attribute.value = reinterpret_cast<std::byte*>(slots.data()) + 1;
    CHECK(sys::call(attribute).error().code == errc::efault);
    // As many bytes as info says are fewer than the kernel writes: what other libraries lent it.
    guarded<std::uint32_t> const plain{cpus().count()};
    attribute.value = plain.data();
    CHECK((*map.info())->value_size == 4);
    CHECK(sys::call(attribute).error().code == errc::efault);
}

TEST_CASE("fault 4: batches and walks through rows write no byte beyond them") {
    using value = bytes<12>;
    constexpr std::uint32_t entries = 40;
    auto const map = make<per_cpu_hash_map, value>();
    guarded<per_cpu_slot<value>> const from{std::size_t{entries} * cpus().count()};
    guarded<per_cpu_slot<value>> const to{std::size_t{entries} * cpus().count()};
    auto const stored = per_cpu_rows<value>::over(from, cpus()).value();
    auto const found = per_cpu_rows<value>::over(to, cpus()).value();
    REQUIRE(stored.size() == entries);
    std::array<std::uint32_t, entries> keys{};
    for (std::uint32_t key = 0; key != entries; ++key) {
        keys[key] = key;
        for (std::uint32_t i = 0; i != cpus().count(); ++i) stored[key][i] = filled<12>(key * 5 + i);
    }
    std::uint32_t done = 0;
    CHECK(map.update_batch(keys, stored, done));
    CHECK(done == entries);
    CHECK(map.update_batch(keys, stored.first(entries - 1), done).error() ==
          error{errc::batch_sizes_differ, command::map_update_batch});

    std::array<std::uint32_t, entries> found_keys{};
    batch_cursor<std::uint32_t> cursor;
    auto const step = map.lookup_batch(cursor, found_keys, found).value();
    CHECK(step.count == entries);
    CHECK(step.last);
    for (std::uint32_t i = 0; i != entries; ++i) check_values<12>(found[i], found_keys[i] * 5);

    result<void> outcome = outcome::success();
    std::uint32_t seen = 0;
    for (auto const& [key, values] : map.entries(found_keys, found, outcome)) {
        check_values<12>(values, key * 5);
        ++seen;
    }
    CHECK(outcome);
    CHECK(seen == entries);

    to.paint(0xa5);
    batch_cursor<std::uint32_t> taking;
    CHECK(map.take_batch(taking, found_keys, found).value().count == entries);
    for (std::uint32_t i = 0; i != entries; ++i) check_values<12>(found[i], found_keys[i] * 5);
    CHECK_FALSE(map.contains(1).value());
    CHECK(map.update_batch(keys, stored, done));
    CHECK(map.erase_batch(keys, done).value());
    CHECK(done == entries);
}

TEST_CASE("fault 4: a buffer that is too small cannot be lent") {
    auto const count = cpus().count();
    std::vector<per_cpu_slot<std::uint64_t>> slots(count);
    auto const few = std::span{slots}.first(count - 1);
    CHECK(per_cpu_values<std::uint64_t>::over(few, cpus()).error() ==
          error{errc::buffer_too_small, command::map_lookup_elem});
    CHECK(per_cpu_values<std::uint64_t const>::over(few, cpus()).error().code == errc::buffer_too_small);
    CHECK(per_cpu_rows<std::uint64_t>::over(few, cpus()).error() ==
          error{errc::buffer_too_small, command::map_lookup_batch});
    CHECK(per_cpu_values<std::uint64_t>::over(slots, cpus()));
    CHECK(per_cpu_rows<std::uint64_t>::over(slots, cpus())->size() == 1);
}

TEST_CASE("fault 4: opened by pin and by id, the same types make the same room") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("map");
    using value = bytes<12>;
    guarded<per_cpu_slot<value>> const slots{cpus().count()};
    auto const values = over<12>(slots, 5);
    {
        auto const map = make<per_cpu_hash_map, value>();
        CHECK(map.update(1, values));
        CHECK(map.pin(path.c_str()));
    }
    slots.paint(0);
    auto const reader = per_cpu_hash_map<std::uint32_t, value, read_only>::open(path.c_str()).value();
    CHECK(reader.lookup(1, values).value());
    check_values<12>(values, 5);
    auto const writer = per_cpu_hash_map<std::uint32_t, value>::open((*reader.info())->id).value();
    CHECK(writer.take(1, values).value());
    check_values<12>(values, 5);

    // A smaller view of larger values would be overrun, and is not made.
    auto const refusal = [&](auto opened) { return opened.error().code; };
    CHECK(refusal(per_cpu_hash_map<std::uint32_t, bytes<8>>::open(path.c_str())) == errc::value_size_differs);
    CHECK(refusal(per_cpu_hash_map<std::uint32_t, bytes<16>>::open(path.c_str())) == errc::value_size_differs);
    CHECK(refusal(per_cpu_hash_map<std::uint64_t, value>::open(path.c_str())) == errc::key_size_differs);
    CHECK(refusal(lru_per_cpu_hash_map<std::uint32_t, value>::open(path.c_str())) == errc::map_type_differs);
    CHECK(refusal(per_cpu_array<value>::open(path.c_str())) == errc::map_type_differs);
    CHECK(refusal(lru_hash_map<std::uint32_t, value>::open(path.c_str())) == errc::map_type_differs);
}

// clang-format off: one step per line
constexpr insn::map_slot<0> counts{};
constexpr auto count_here = [] {
    using namespace insn;
    return assemble(
        store<std::uint32_t>(r10 - 4, 0),
        load_map(r1, counts),
        mov(r2, r10), add(r2, -4),
        call(helper::map_lookup_elem),
        jump_if(r0 == 0, "end"),
        load<std::uint64_t>(r1, r0 + 0),
        add(r1, 1),
        store<std::uint64_t>(r0 + 0, r1),
        label("end"),
        mov(r0, 0),
        exit());
}();
// clang-format on

TEST_CASE("a program's value stands at the place of the processor that it ran on") {
    auto const map = per_cpu_array<std::uint64_t>::create({.max_entries = 1}).value();
    auto const program = raw_tracepoint_program::load({.insns = count_here.with(map.fd()), .license = "GPL"}).value();
    per_cpu_buffer<std::uint64_t, 1024> buffer;
    auto const values = buffer.values(cpus()).value();
    std::uint64_t runs = 0;
    for (std::uint32_t i = 0; i != cpus().count(); ++i) {
        auto const number = static_cast<std::uint32_t>(cpus().number(i));
        bool online = true;
        for (std::uint32_t repeated = 0; online && repeated != i + 1; ++repeated) {
            auto const ran = test_run(program, {.cpu = number});
            online = ran.has_value();
            if (!online) CHECK(ran.error() == error{errc::enxio, command::prog_test_run});
        }
        CHECK(map.lookup(0, values).value());
        CHECK(values[i] == (online ? i + 1 : 0));
        runs += values[i];
    }
    CHECK(runs > 0);
    CHECK(values.sum() == runs);
}

TEST_CASE("an array's elements always exist, up to its end") {
    auto const map = per_cpu_array<std::uint32_t>::create({.max_entries = 3}).value();
    per_cpu_buffer<std::uint32_t, 1024> buffer;
    auto const values = buffer.values(cpus()).value();
    CHECK(map.lookup(2, values).value());
    CHECK(values.sum() == 0);
    CHECK_FALSE(map.lookup(3, values).value());
    CHECK(map.contains(2).value());
    CHECK_FALSE(map.contains(3).value());
    values.fill(7);
    CHECK(map.update(2, values));
    CHECK(map.update(3, values).error() == error{errc::e2big, command::map_update_elem});
    values.fill(0);
    CHECK(map.lookup(2, values).value());
    CHECK(values.sum() == 7ULL * cpus().count());
}

TEST_CASE("full, frozen, and opened for one direction only") {
    auto const map = make<per_cpu_hash_map, std::uint64_t>(1);
    per_cpu_buffer<std::uint64_t, 1024> buffer;
    auto const values = buffer.values(cpus()).value();
    CHECK(map.insert(1, values).value());
    CHECK(map.insert(2, values).error() == error{errc::e2big, command::map_update_elem});
    auto const id = (*map.info())->id;
    auto const writer = per_cpu_hash_map<std::uint32_t, std::uint64_t, write_only>::open(id).value();
    CHECK(writer.replace(1, values).value());
    CHECK(map.freeze());
    CHECK(map.update(1, values).error() == error{errc::eperm, command::map_update_elem});
    CHECK(map.take(1, values).error() == error{errc::eperm, command::map_lookup_and_delete_elem});
    CHECK(map.lookup(1, values).value());
}

TEST_CASE("values that no processor's memory has room for") {
    using large = bytes<128 * 1024>;
    auto const refused = [](auto created) { return created.error(); };
    error const too_big{errc::e2big, command::map_create};
    CHECK(refused(per_cpu_array<large>::create({.max_entries = 1})) == too_big);
    CHECK(refused(per_cpu_hash_map<std::uint32_t, large>::create({.max_entries = 1})) == too_big);
    CHECK(refused(lru_per_cpu_hash_map<std::uint32_t, large>::create({.max_entries = 1})) == too_big);
}

TEST_CASE("one processor's value: written and read alone, or refused before anything is written") {
    auto const map = make<per_cpu_hash_map, std::uint32_t>();
    guarded<per_cpu_slot<std::uint32_t>> const slots{cpus().count()};
    auto const values = per_cpu_values<std::uint32_t>::over(slots, cpus()).value();
    values.fill(5);
    REQUIRE(map.update(1, values));
    auto const last = cpus().number(cpus().count() - 1);
    auto const found = map.lookup_on(last, 1);
    if (found) {
        CHECK(**found == 5);
        CHECK_FALSE(map.lookup_on(last, 2)->has_value());
        CHECK(map.update_on(last, 1, 9));
        CHECK(**map.lookup_on(last, 1) == 9);
        CHECK(map.lookup(1, values).value());
        CHECK(values.sum() == 5ULL * (cpus().count() - 1) + 9);
        CHECK(map.update_all(1, 3));
        CHECK(map.lookup(1, values).value());
        CHECK(values.sum() == 3ULL * cpus().count());
        CHECK(map.lookup_on(cpu_number{100'000}, 1).error().code == errc::erange);
        return;
    }
    CHECK(found.error() == error{errc::einval, command::map_lookup_elem});
    CHECK(map.update_on(last, 1, 9).error() == error{errc::einval, command::map_update_elem});
    CHECK(map.update_all(1, 9).error() == error{errc::einval, command::map_update_elem});
    CHECK(map.lookup(1, values).value());
    CHECK(values.sum() == 5ULL * cpus().count()); // nothing was stored

    // The call that `lookup_on` makes, into a slot with no memory behind it: not one byte is written.
    guarded<per_cpu_slot<std::uint32_t>> const one{1};
    one.paint(0xa5);
    std::uint32_t const key = 1;
    CHECK(sys::call(sys::attr::map_lookup_elem{
                        .map_fd = map.fd(), .key = &key, .value = one.data(), .flags = detail::on_cpu(last)})
              .error()
              .code == errc::einval);
    CHECK(one[0].value == 0xa5a5'a5a5);
    // Such a kernel reads the values of all processors before it looks at the flags.
    auto const stored = sys::call(sys::attr::map_update_elem{
        .map_fd = map.fd(), .key = &key, .value = one.data(), .flags = detail::on_cpu(last)});
    CHECK(stored.error().code == (cpus().count() > 1 ? errc::efault : errc::einval));
    support::skip("the flags for one processor need Linux 7.0; that they are refused was tested");
}

TEST_CASE("batches of one processor's values: read and stored alone, or refused before anything is written") {
    constexpr std::uint32_t entries = 30;
    using value = bytes<12>;
    auto const map = make<per_cpu_hash_map, value>();
    guarded<per_cpu_slot<value>> const slots{cpus().count()};
    std::array<std::uint32_t, entries> keys{};
    guarded<value> const one_each{entries};
    for (std::uint32_t key = 0; key != entries; ++key) {
        keys[key] = key;
        one_each[key] = filled<12>(key);
        REQUIRE(map.update(key, over<12>(slots, key * 7)));
    }
    auto const index = cpus().count() - 1;
    auto const last = cpus().number(index);
    std::array<std::uint32_t, entries> found_keys{};
    guarded<value> const found{entries};
    found.paint(0xa5);
    one_cpu_cursor<std::uint32_t> cursor{last};
    auto const step = map.lookup_batch_on(cursor, found_keys, found);
    std::uint32_t done = 0;
    auto const stored = map.update_batch_on(last, keys, one_each.span(), done);
    if (step) {
        CHECK(step->count == entries);
        for (std::uint32_t i = 0; i != entries; ++i) CHECK(found[i] == filled<12>(found_keys[i] * 7 + index));
        CHECK(stored);
        CHECK(done == entries);
        auto const values = per_cpu_values<value>::over(slots, cpus()).value();
        for (std::uint32_t key = 0; key != entries; ++key) {
            CHECK(map.lookup(key, values).value());
            CHECK(values[index] == filled<12>(key));
            if (index != 0) CHECK(values[0] == filled<12>(key * 7));
        }
        CHECK(map.update_batch_all(keys, one_each.span(), done));
        CHECK(map.lookup(3, values).value());
        for (auto const& each : values) CHECK(each == filled<12>(3));
        return;
    }
    CHECK(step.error() == error{errc::einval, command::map_lookup_batch});
    CHECK(stored.error() == error{errc::einval, command::map_update_batch});
    CHECK(map.update_batch_all(keys, one_each.span(), done).error() == error{errc::einval, command::map_update_batch});
    CHECK(done == 0);
    value untouched;
    untouched.all.fill(0xa5);
    for (auto const& each : found.span()) CHECK(each == untouched);
    auto const values = per_cpu_values<value>::over(slots, cpus()).value();
    for (std::uint32_t key = 0; key != entries; ++key) {
        CHECK(map.lookup(key, values).value());
        check_values<12>(values, key * 7);
    }
    support::skip("the flags for one processor need Linux 7.0; that batches with them are refused was tested");
}

} // namespace
