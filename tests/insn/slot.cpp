// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/slot.hpp>

#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/mmap_array.hpp>
#include <bpfxx/map/queue.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

struct borrowed {
    int raw() const { return 3; }
};
struct wider {
    long raw() const { return 3; }
};
struct changing {
    int raw() { return 3; }
};
static_assert(map_descriptor<borrowed> && !map_descriptor<wider> && !map_descriptor<changing> && !map_descriptor<int>);
static_assert(map_descriptor<fd_ref<bpfxx::kind::map>>);

template <class Key, class Value>
struct view {
    using key_type = Key;
    using value_type = Value;
    borrowed fd() const { return {}; }
};

using counts = hash_map<std::uint32_t, std::uint64_t>;
static_assert(typed_map<counts> && typed_map<queue_map<int>> && typed_map<view<int, int>>);
static_assert(!typed_map<borrowed> && !typed_map<int>);

// A slot without a type takes descriptors, one with a type its own kind of map.
static_assert(fills_map_slot<borrowed, void> && fills_map_slot<fd_ref<bpfxx::kind::map>, void>);
static_assert(!fills_map_slot<counts, void> && !fills_map_slot<int, void>);
static_assert(fills_map_slot<counts, counts>);
static_assert(fills_map_slot<hash_map<std::uint32_t, std::uint64_t, read_only>, counts>);
static_assert(!fills_map_slot<fd_ref<bpfxx::kind::map>, counts> && !fills_map_slot<borrowed, counts>);
static_assert(!fills_map_slot<hash_map<std::uint64_t, std::uint64_t>, counts>);
static_assert(!fills_map_slot<hash_map<std::uint32_t, std::uint32_t>, counts>);
static_assert(!fills_map_slot<array_map<std::uint64_t>, counts>);
static_assert(fills_map_slot<mmap_array<std::uint64_t>, array_map<std::uint64_t>>);
static_assert(fills_map_slot<view<std::uint32_t, std::uint64_t>, counts>);
static_assert(!fills_map_slot<view<std::uint32_t, int>, counts>);

[[maybe_unused]] constexpr map_slot<0, counts> named{};

TEST_CASE("the descriptor of what fills a slot, typed or not") {
    CHECK(insn::detail::descriptor_of(borrowed{}) == 3);
    CHECK(insn::detail::descriptor_of(view<int, int>{}) == 3);
}

} // namespace
