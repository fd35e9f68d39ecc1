// SPDX-License-Identifier: BSL-1.0

#include "blob.hpp"
#include "running_kernel.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/resolve.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::kind;
using btf::reason;
using btf::type_id;
using namespace btf_test;

template <std::endian Order>
constexpr bool resolves() {
    using blob = sample<Order>;
    constexpr auto ends_at = [](std::uint32_t id) { return (*resolve(blob::index, type_id{id})).id(); };
    static_assert(ends_at(1) == type_id{1} && ends_at(0) == btf::void_id);
    static_assert(ends_at(10) == type_id{1}, "typedef, volatile, const");
    static_assert(ends_at(13) == type_id{3} && ends_at(20) == type_id{3} && ends_at(9) == type_id{9});

    constexpr auto size = [](std::uint32_t id) { return *size_of(blob::index, type_id{id}); };
    static_assert(size(1) == 4 && size(3) == 8 && size(4) == 24 && size(5) == 24 && size(6) == 8 && size(8) == 4);
    static_assert(size(10) == 4 && size(13) == 8 && size(16) == 24 && size(17) == 32 && size(18) == 8);
    static_assert(size(20) == 8 && size(21) == 8);

    constexpr auto fault = [](std::uint32_t id) { return size_of(blob::index, type_id{id}).error(); };
    static_assert(fault(0) == btf::malformed{reason::no_size, 0});
    static_assert(fault(9) == btf::malformed{reason::no_size, blob::view.position_of(blob::type(9))});
    static_assert(fault(14).why == reason::no_size && fault(15).why == reason::no_size &&
                  fault(19).why == reason::no_size);
    static_assert(fault(22).why == reason::chain_too_long && fault(sample_count + 1).why == reason::no_such_type);
    static_assert(resolve(blob::index, type_id{22}).error() ==
                  btf::malformed{reason::chain_too_long, blob::view.position_of(blob::type(22))});
    static_assert(resolve(blob::index, type_id{sample_count + 1}).error().why == reason::no_such_type);
    return true;
}
static_assert(resolves<std::endian::little>() && resolves<std::endian::big>());

/// An int, then `depth` typedefs or arrays on top of each other.
template <class Add>
btf::parsed<std::uint64_t> size_of_tower(std::uint32_t depth, Add add) {
    blob_builder out{std::endian::native};
    out.record("int", wire::make_info(kind::int_), 4);
    out.words({0x20});
    for (std::uint32_t below = 1; below <= depth; ++below) add(out, below);
    auto const blob = out.finish();
    auto const view = btf::view::parse(blob.text());
    REQUIRE(view);
    std::vector<std::uint32_t> storage(view->index_size());
    return size_of(*view->index(storage), type_id{depth + 1});
}

TEST_CASE("btf resolve: long chains end, and end with a fault past the limit") {
    auto const alias = [](blob_builder& out, std::uint32_t below) {
        out.record("", wire::make_info(kind::const_), below);
    };
    CHECK(*size_of_tower(btf::chain_limit - 1, alias) == 4);
    CHECK(size_of_tower(btf::chain_limit, alias).error().why == reason::chain_too_long);
}

TEST_CASE("btf resolve: nested arrays multiply, up to 64 bits") {
    auto const array_of = [](std::uint32_t count) {
        return [count](blob_builder& out, std::uint32_t below) {
            out.record("", wire::make_info(kind::array), 0);
            out.words({below, 1, count});
        };
    };
    CHECK(*size_of_tower(3, array_of(5)) == 4 * 5 * 5 * 5);
    CHECK(*size_of_tower(20, array_of(0)) == 0);
    CHECK(*size_of_tower(1, array_of(0xffff'ffff)) == 0x3'ffff'fffc);
    CHECK(*size_of_tower(30, array_of(4)) == std::uint64_t{1} << 62);
    CHECK(size_of_tower(31, array_of(4)).error().why == reason::size_overflow);
    CHECK(size_of_tower(32, array_of(4)).error().why == reason::size_overflow);
    CHECK(size_of_tower(2, array_of(0xffff'ffff)).error().why == reason::size_overflow);
    CHECK(size_of_tower(3, array_of(0xffff'ffff)).error().why == reason::size_overflow);
}

TEST_CASE("btf resolve: types of the running kernel") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(no_kernel_btf);
    auto const& index = kernel->index();

    auto const be32 = find(kernel->view(), kind::typedef_, "__be32");
    REQUIRE(be32);
    auto const resolved = resolve(index, be32->id());
    REQUIRE(resolved);
    CHECK(resolved->name() == "unsigned int");
    CHECK(*size_of(index, be32->id()) == 4);
    auto const list = find(kernel->view(), kind::struct_, "list_head");
    REQUIRE(list);
    CHECK(*size_of(index, list->id()) == 16);

    // Every type either has a size or is of a kind that has none; none of them runs in circles.
    std::uint32_t measured = 0;
    for (btf::type const type : kernel->view().types()) {
        auto const size = size_of(index, type.id());
        if (size)
            ++measured;
        else
            REQUIRE(size.error().why == reason::no_size);
        REQUIRE(resolve(index, type.id()));
    }
    CHECK(measured > 10'000);
}

} // namespace
