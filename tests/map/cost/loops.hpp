#pragma once
// The loops whose instructions tests/map/cost.cpp counts. They are compiled with -O2 and without sanitizers whatever
// the tests around them are built with: users' programs are what the count is about.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace cost {

/// A hash map of 4-byte keys and 8-byte values. Its type is known to loops.cpp alone, so that nothing of it is shared
/// with translation units that are built in another way.
class map {
  public:
    struct content;

    explicit map(std::uint32_t max_entries);
    ~map();

    /// Stores 1 under all keys from 0 to `max_entries` - 1.
    void fill();

    [[nodiscard]] content const& operator*() const { return *content_; }

  private:
    std::unique_ptr<content> content_;
};

inline constexpr std::size_t lookups = 64;
using key_list = std::array<std::uint32_t, lookups>;

/// Looks all keys up and adds up the values of those that are there; `failed` where the kernel refused.
using look_up = std::uint64_t(map::content const&, key_list const&);
inline constexpr std::uint64_t failed = ~std::uint64_t{0};

/// The loop alone: takes each key's address and does nothing with it.
look_up look_up_nothing;

look_up look_up_by_bpfxx;
look_up look_up_into_by_bpfxx;
look_up contains_by_bpfxx;
look_up look_up_by_hand;
#ifdef COST_WITH_LIBBPF
look_up look_up_by_libbpf;
#endif

/// Walks of the whole map, which take no keys and add up keys and values.
look_up walk_by_entries;
look_up walk_by_for_each;
look_up walk_by_hand;

/// Exactly three instructions, its own return among them.
look_up three_instructions;

} // namespace cost
