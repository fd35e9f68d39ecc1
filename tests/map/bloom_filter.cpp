// bloom_filter on the running kernel.
#include <bpfxx/btf/load.hpp>
#include <bpfxx/map/bloom_filter.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace {

using namespace bpfxx;

template <class Map>
concept pushes = requires(Map const& map) { map.push(1); };
template <class Map>
concept asks = requires(Map const& map) { map.contains(1); };
using both = bloom_filter<int>;
static_assert(pushes<both> && asks<both>);
static_assert(!pushes<bloom_filter<int, read_only>> && asks<bloom_filter<int, read_only>>);
static_assert(pushes<bloom_filter<int, write_only>> && !asks<bloom_filter<int, write_only>>);

TEST_CASE("what was added is always found, what was not hardly ever") {
    auto const filter = bloom_filter<std::uint64_t>::create({.name = "seen", .max_entries = 1000}).value();
    for (std::uint64_t i = 0; i != 1000; ++i) CHECK(filter.push(i * 7919));
    for (std::uint64_t i = 0; i != 1000; ++i) CHECK(*filter.contains(i * 7919));
    int mistaken = 0;
    for (std::uint64_t i = 0; i != 10'000; ++i) mistaken += *filter.contains(i * 7919 + 1) ? 1 : 0;
    CHECK(mistaken < 1000); // about 3 in 100 are to be expected
    std::uint64_t const asked = 5;
    static_cast<void>(filter.contains(asked));
    CHECK(asked == 5); // the kernel reads the value and writes nothing
}

TEST_CASE("the number of hash functions is the caller's") {
    for (std::uint32_t count = 0; count != 16; ++count) {
        auto const filter =
            bloom_filter<int>::create({.max_entries = 16, .hash_functions = hash_function_count::from(count)}).value();
        CHECK((*filter.info())->map_extra == count);
        CHECK(filter.push(1));
        CHECK(*filter.contains(1));
    }
    CHECK(bloom_filter<int>::create({.max_entries = 16, .hash_functions = hash_function_count::from(16)}).error() ==
          error{errc::einval, command::map_create});
    CHECK(bloom_filter<int>::create({.max_entries = 16, .hash_functions = 15}));
}

TEST_CASE("a frozen filter is asked and not added to") {
    auto const filter = bloom_filter<int>::create({.max_entries = 16}).value();
    CHECK(filter.push(1));
    CHECK(filter.freeze());
    CHECK(*filter.contains(1));
    CHECK(filter.push(2).error() == error{errc::eperm, command::map_update_elem});
}

TEST_CASE("its values have BTF, its keys have none") {
    auto const types = btf::load<void, int>().value();
    auto const filter = bloom_filter<int>::create({.max_entries = 16, .btf = types.btf()}).value();
    auto const info = filter.info().value();
    CHECK(info->btf_key_type_id == 0);
    CHECK(info->btf_value_type_id == btf::number(types.value()));
}

} // namespace
