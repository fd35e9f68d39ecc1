#include <bpfxx/sys/filled.hpp>

#include <doctest/doctest.h>

namespace {

using bpfxx::sys::filled;

TEST_CASE("what was filled is never more than there is room for") {
    int room[3]{};
    CHECK(filled(std::span<int>{room}, 0).empty());
    CHECK(filled(std::span<int>{room}, 2).size() == 2);
    CHECK(filled(std::span<int>{room}, 2).data() == room);
    CHECK(filled(std::span<int>{room}, 3).size() == 3);
    CHECK(filled(std::span<int>{room}, 4).size() == 3);
    CHECK(filled(std::span<int>{room}, ~std::uint64_t{}).size() == 3);
    CHECK(filled(std::span<int>{}, 1).empty());
}

} // namespace
