// Values with a lock: BPF_F_LOCK on the running kernel.
#include <bpfxx/btf/load.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/special.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>

namespace {

using namespace bpfxx;

struct pair {
    spin_lock lock;
    std::uint32_t padding;
    std::uint64_t left[8];
    std::uint64_t right[8];
};

pair filled(std::uint64_t number) {
    pair made{};
    for (int i = 0; i != 8; ++i) made.left[i] = made.right[i] = number;
    return made;
}

bool whole(pair const& found) { return std::memcmp(found.left, found.right, sizeof found.left) == 0; }

TEST_CASE("under the lock no value is torn, and the lock is not copied") {
    auto const types = btf::load<std::uint32_t, pair>().value();
    auto const pairs = array_map<pair>::create({.max_entries = 1, .btf = types.btf()}).value();
    std::atomic<bool> stop{false};
    std::thread writer{[&] {
        for (std::uint64_t i = 1; !stop.load(std::memory_order_relaxed); ++i)
            if (!pairs.update_locked(0, filled(i))) std::abort();
    }};
    std::uint32_t torn = 0;
    for (int i = 0; i != 20'000; ++i) {
        auto const found = pairs.lookup_locked(0);
        REQUIRE(found);
        REQUIRE(*found);
        if (!whole(**found)) ++torn;
    }
    stop = true;
    writer.join();
    CHECK(torn == 0);
}

TEST_CASE("locked operations store, replace and find, and absence is an answer") {
    auto const types = btf::load<std::uint32_t, pair>().value();
    auto const pairs = hash_map<std::uint32_t, pair>::create({.max_entries = 4, .btf = types.btf()}).value();
    CHECK_FALSE(pairs.lookup_locked(7)->has_value());
    CHECK(pairs.update_locked(7, filled(1)));
    CHECK(pairs.update_locked(7, filled(2)));
    CHECK((*pairs.lookup_locked(7))->left[3] == 2);
}

TEST_CASE("a map whose BTF shows no lock says EINVAL") {
    auto const pairs = hash_map<std::uint32_t, pair>::create({.max_entries = 4}).value();
    CHECK(pairs.update_locked(7, filled(1)).error() == error{errc::einval, command::map_update_elem});
    CHECK(pairs.lookup_locked(7).error() == error{errc::einval, command::map_lookup_elem});
}

} // namespace
