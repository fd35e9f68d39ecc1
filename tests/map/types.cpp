// What the views can do follows from their types: proved without entering the kernel.
#include <bpfxx/bytes.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/elements.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/object.hpp>
#include <bpfxx/map/operations.hpp>
#include <bpfxx/map/options.hpp>
#include <bpfxx/map/value.hpp>
#include <bpfxx/map/view.hpp>
#include <bpfxx/map/walks.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/spec/required.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <type_traits>

namespace {

using namespace bpfxx;

struct key {
    std::uint32_t address;
    std::uint16_t port;
    std::uint16_t protocol;
};
struct value {
    std::uint64_t packets, bytes;
};

using hash_rw = hash_map<key, value>;
using hash_ro = hash_map<key, value, read_only>;
using hash_wo = hash_map<key, value, write_only>;
using array_rw = array_map<value>;
using array_ro = array_map<value, read_only>;

template <class Map, class Key = typename Map::key_type, class Value = typename Map::value_type>
struct has {
    static constexpr bool lookup = requires(Map const& m, Key k) { m.lookup(k); };
    static constexpr bool contains = requires(Map const& m, Key k) { m.contains(k); };
    static constexpr bool update = requires(Map const& m, Key k, Value v) { m.update(k, v); };
    static constexpr bool insert = requires(Map const& m, Key k, Value v) { m.insert(k, v); };
    static constexpr bool replace = requires(Map const& m, Key k, Value v) { m.replace(k, v); };
    static constexpr bool erase = requires(Map const& m, Key k) { m.erase(k); };
    static constexpr bool take = requires(Map const& m, Key k) { m.take(k); };
    static constexpr bool entries = requires(Map const& m) { m.entries(); };
    static constexpr bool keys = requires(Map const& m) { m.keys(); };
    static constexpr bool for_each = requires(Map const& m) { m.for_each([](Key const&, Value const&) {}); };
    static constexpr bool freeze = requires(Map const& m) { m.freeze(); };
    static constexpr bool lookup_batch =
        requires(Map const& m, batch_cursor<Key>& c, std::span<Key> k, std::span<Value> v) { m.lookup_batch(c, k, v); };
    static constexpr bool take_batch =
        requires(Map const& m, batch_cursor<Key>& c, std::span<Key> k, std::span<Value> v) { m.take_batch(c, k, v); };
    static constexpr bool update_batch = requires(Map const& m, std::span<Key const> k, std::span<Value const> v,
                                                  std::uint32_t& n) { m.update_batch(k, v, n); };
    static constexpr bool erase_batch =
        requires(Map const& m, std::span<Key const> k, std::uint32_t& n) { m.erase_batch(k, n); };

    static constexpr bool any_read = lookup || contains || entries || keys || for_each || lookup_batch;
    static constexpr bool all_reads = lookup && contains && entries && keys && for_each && lookup_batch;
    static constexpr bool any_write =
        update || insert || replace || erase || take || freeze || take_batch || update_batch || erase_batch;
};

static_assert(has<hash_rw>::all_reads && has<hash_rw>::update && has<hash_rw>::insert && has<hash_rw>::replace &&
              has<hash_rw>::erase && has<hash_rw>::take && has<hash_rw>::freeze && has<hash_rw>::take_batch &&
              has<hash_rw>::update_batch && has<hash_rw>::erase_batch);
static_assert(has<hash_ro>::all_reads && !has<hash_ro>::any_write);
static_assert(!has<hash_wo>::any_read && has<hash_wo>::update && has<hash_wo>::erase && has<hash_wo>::insert &&
              !has<hash_wo>::take && !has<hash_wo>::take_batch && has<hash_wo>::freeze);
static_assert(has<array_rw>::all_reads && has<array_rw>::update && has<array_rw>::update_batch &&
              !has<array_rw>::insert && !has<array_rw>::replace && !has<array_rw>::erase && !has<array_rw>::take &&
              !has<array_rw>::erase_batch && !has<array_rw>::take_batch);
static_assert(has<array_ro>::all_reads && !has<array_ro>::any_write);

static_assert(sizeof(hash_rw) == 8 && sizeof(array_ro) == 8);
static_assert(std::is_nothrow_move_constructible_v<hash_rw> && std::is_nothrow_move_assignable_v<hash_rw>);
static_assert(!std::is_copy_constructible_v<hash_rw> && !std::is_default_constructible_v<hash_rw>);
static_assert(hash_rw::guarantee == walk_guarantee::each_stable_entry_once);
static_assert(array_rw::guarantee == walk_guarantee::each_index_once);

// A key of another type is no key.
template <class Map, class Key>
concept looks_up = requires(Map const& map, Key key) { map.lookup(key); };
static_assert(looks_up<hash_rw, key> && !looks_up<hash_rw, int> && !looks_up<hash_rw, value>);

// Elements too large for the stack need a buffer of the caller's.
struct page {
    std::array<std::byte, 64 * 1024> bytes;
};
using pages = hash_map<std::uint32_t, page>;
static_assert(!has<pages>::entries && !has<pages>::for_each && has<pages>::lookup);
template <class Map, class Key, class Value>
concept walks_through_lent_buffers =
    requires(Map const& map, std::span<Key> keys, std::span<Value> values, result<void>& outcome) {
        map.entries(keys, values, outcome);
        map.for_each(keys, values, [](Key const&, Value const&) {});
    };
static_assert(walks_through_lent_buffers<pages, std::uint32_t, page>);
static_assert(default_batch<std::uint32_t, std::uint64_t> * 12 <= 16 * 1024);
static_assert(default_batch<std::uint32_t, page> == 16);

static_assert(!std::default_initializable<required<std::uint32_t>>);
static_assert(std::convertible_to<int, required<std::uint32_t>>);

static_assert(readable<read_only> && !readable<write_only> && writable<write_only> && !writable<read_only>);
static_assert(!access_mode<int>);

TEST_CASE("the table of facts and the types of map agree") {
    CHECK(map_kind::hash::facts.type == map_type::hash);
    CHECK(map_kind::array::facts.type == map_type::array);
    CHECK(map_kind::hash::facts.can(map_operations::take | map_operations::erase));
    CHECK_FALSE(map_kind::array::facts.can(map_operations::erase));
    CHECK_FALSE(map_kind::array::facts.can(map_operations::lookup | map_operations::erase));
    CHECK(map_kind::hash::facts.batch_available < map_kind::hash::facts.take_available);
    std::uint32_t number = 0;
    for (map_facts const& facts : all_map_facts) {
        INFO(name(facts.type));
        CHECK(static_cast<std::uint32_t>(facts.type) == ++number);
        CHECK(bpfxx::has(facts.flags, facts.required));
        CHECK(facts.can(map_operations::take) == (facts.take_available != since{}));
        auto const has_batches = facts.can(map_operations::lookup_batch);
        CHECK(has_batches == (facts.batch_available != since{}));
        CHECK(has_batches == facts.can(map_operations::update_batch));
        CHECK((facts.can(map_operations::next_key) || facts.walk == walk_guarantee::none));
        CHECK((facts.elements != map_elements_are::keyless || !facts.can(map_operations::next_key)));
    }
    CHECK(number == 35);
}

// rejects/map_key_padded.cpp has the sentence.
struct padded {
    std::uint32_t address;
    std::uint8_t protocol;
};

TEST_CASE("fault 6: options are aggregates with designated initialisers in plain C++20, under every warning") {
    constexpr map_options<map_kind::hash> options{.name = "flows", .max_entries = 64, .flags = map_flags::no_prealloc};
    static_assert(options.spec().max_entries == 64 && options.spec().type == map_type::hash);
    static_assert(std::is_aggregate_v<map_options<map_kind::hash>>);
    CHECK(options.spec().flags == map_flags::no_prealloc);
}

TEST_CASE("fault 8: a key with padding is no key: the kernel would compare bytes that nobody set") {
    static_assert(!map_key<padded> && map_key<key>);
    CHECK(sizeof(padded) == 8);
}

} // namespace
