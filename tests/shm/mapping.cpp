// Mappings of maps on the running kernel: what can be mapped, how, and what becomes of it.
#include <bpfxx/shm/mapping.hpp>
#include <bpfxx/sys/attr/map.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using namespace bpfxx;

using rw = mapping<read_write>;
using ro = mapping<read_only>;

static_assert(!std::is_copy_constructible_v<rw> && !std::is_copy_assignable_v<rw>);
static_assert(std::is_nothrow_move_constructible_v<rw> && std::is_nothrow_move_assignable_v<rw>);
static_assert(std::is_same_v<decltype(std::declval<ro&>().data()), std::byte const*>);
static_assert(std::is_same_v<decltype(std::declval<rw&>().data()), std::byte*>);
static_assert(!mapping_access<write_only>);
static_assert(round_up(0, 8) == 0 && round_up(1, 8) == 8 && round_up(8, 8) == 8 && round_up(9, 8) == 16);
static_assert(round_up(0x1'0000'0001, 4096) == 0x1'0000'1000);

owned_fd<kind::map> array(std::uint32_t max_entries, map_flags flags = map_flags::mmapable) {
    return sys::call(sys::attr::map_create{.map_type = map_type::array,
                                           .key_size = 4,
                                           .value_size = 8,
                                           .max_entries = max_entries,
                                           .flags = flags})
        .value();
}

/// A mapping whose descriptor is closed by now.
result<rw> mapped_alone(std::size_t length = 4096, map_flags flags = map_flags::mmapable) {
    auto const fd = array(1, flags);
    return rw::map(fd, {.length = length});
}

error because(errc code) { return {code, command::map_memory}; }

/// What /proc says of the mapping that starts at an address, such as "rw-s", or nothing.
std::string rights_at(void const* address) {
    char start[32];
    std::snprintf(start, sizeof start, "%lx-", static_cast<unsigned long>(reinterpret_cast<std::uintptr_t>(address)));
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);)
        if (line.starts_with(start)) return line.substr(line.find(' ') + 1, 4);
    return {};
}

std::uint64_t stored(fd_ref<kind::map> fd, std::uint32_t index) {
    std::uint64_t value = 0;
    CHECK(sys::call(sys::attr::map_lookup_elem{.map_fd = fd, .key = &index, .value = &value}));
    return value;
}

TEST_CASE("bytes written through a mapping are the map's, and seen by every other mapping") {
    auto const fd = array(512);
    auto const writer = rw::map(fd, {.length = 4096}).value();
    auto const reader = ro::map(fd, {.length = 4096}).value();
    CHECK(writer.size() == 4096);
    CHECK(writer.bytes().size() == 4096);
    CHECK(writer.bytes().data() == writer.data());
    CHECK(reinterpret_cast<std::uintptr_t>(writer.data()) % page_size() == 0);
    CHECK(writer.data() != reader.data());
    std::uint64_t const value = 0x0102'0304'0506'0708;
    std::memcpy(writer.data() + 80, &value, 8);
    CHECK(stored(fd, 10) == value);
    CHECK(std::memcmp(reader.data() + 80, &value, 8) == 0);
    CHECK(rights_at(writer.data()) == "rw-s");
    CHECK(rights_at(reader.data()) == "r--s");
}

TEST_CASE("a mapping outlives its descriptor, and ends with its owner") {
    std::byte const* where = nullptr;
    {
        auto mapped = mapped_alone(page_size()).value();
        where = mapped.data();
        CHECK(mapped.bytes()[4095] == std::byte{0});
        mapped.bytes()[0] = std::byte{7};
        auto moved = std::move(mapped);
        // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): what is left is what is asked for
        CHECK_FALSE(mapped);
        CHECK(mapped.size() == 0);
        CHECK(mapped.bytes().empty());
        // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
        CHECK(moved);
        CHECK(moved.data() == where);
        auto other = mapped_alone().value();
        auto const* const others = other.data();
        other = std::move(moved);
        CHECK(rights_at(others).empty()); // what was assigned over is unmapped
        CHECK(other.bytes()[0] == std::byte{7});
        auto& same = other;
        other = std::move(same);
        CHECK(other.data() == where);
        CHECK(rights_at(where) == "rw-s");
    }
    CHECK(rights_at(where).empty());
}

TEST_CASE("what cannot be mapped says why") {
    CHECK(mapped_alone(4096, map_flags::none).error() == because(errc::einval));
    auto const fd = array(1024);
    CHECK(rw::map(fd, {.length = 0}).error() == because(errc::einval));
    CHECK(rw::map(fd, {.length = 2 * 4096 + 1}).error() == because(errc::einval));
    CHECK(rw::map(fd, {.length = 4096, .offset = 1}).error() == because(errc::einval));
    CHECK(rw::map(fd, {.length = 4096, .offset = 2 * 4096}).error() == because(errc::einval));
    CHECK(rw::map(fd_ref<kind::map>::from_raw(-1), {.length = 4096}).error() == because(errc::ebadf));
    CHECK(rw::map(fd, {.length = std::size_t{1} << 47}).error() == because(errc::enomem));
    auto const hash = sys::call(
        sys::attr::map_create{.map_type = map_type::hash, .key_size = 4, .value_size = 8, .max_entries = 512});
    CHECK(rw::map(hash.value(), {.length = 4096}).error() == because(errc::enotsupp));
}

TEST_CASE("an offset maps a later part") {
    if (page_size() != 4096) return support::skip("the sizes of this test are those of 4 KiB pages");
    auto const fd = array(1024);
    auto const second = rw::map(fd, {.length = 4096, .offset = 4096}).value();
    second.bytes()[0] = std::byte{9};
    CHECK(stored(fd, 512) == 9);
    CHECK(stored(fd, 0) == 0);
}

TEST_CASE("a descriptor of less than all access is refused, and so is writing what only programs write") {
    // The kernel takes a shared mapping of a read-only file for a private one, which it has none of.
    auto const read_only_fd = array(1, map_flags::mmapable | map_flags::rdonly);
    CHECK(ro::map(read_only_fd, {.length = 4096}).error() == because(errc::einval));
    CHECK(rw::map(read_only_fd, {.length = 4096}).error() == because(errc::eacces));
    auto const write_only_fd = array(1, map_flags::mmapable | map_flags::wronly);
    CHECK(ro::map(write_only_fd, {.length = 4096}).error() == because(errc::eacces));
    CHECK(rw::map(write_only_fd, {.length = 4096}).error() == because(errc::eacces));
    auto const constant = array(1, map_flags::mmapable | map_flags::rdonly_prog);
    CHECK(rw::map(constant, {.length = 4096}).error() == because(errc::eacces));
    CHECK(ro::map(constant, {.length = 4096}));
}

TEST_CASE("a mapping to write and a frozen map exclude each other") {
    auto const fd = array(1);
    auto const freeze = [&] { return sys::call(sys::attr::map_freeze{.map_fd = fd}); };
    {
        auto const reader = ro::map(fd, {.length = 4096}).value();
        auto const writer = rw::map(fd, {.length = 4096}).value();
        CHECK(freeze().error() == error{errc::ebusy, command::map_freeze});
    }
    auto const reader = ro::map(fd, {.length = 4096}).value();
    CHECK(freeze()); // readers do not matter
    CHECK(rw::map(fd, {.length = 4096}).error() == because(errc::eperm));
    CHECK(ro::map(fd, {.length = 4096}));
}

TEST_CASE("a fixed address is kept to, and nothing there is replaced") {
    auto const fd = array(1);
    std::optional<rw> first{rw::map(fd, {.length = 4096}).value()};
    void* const place = first->data();
    CHECK(rw::map(fd, {.length = 4096, .address = place}).error() == because(errc::eexist));
    CHECK(rights_at(place) == "rw-s");
    first.reset();
    auto const second = rw::map(fd, {.length = 4096, .address = place}).value();
    CHECK(second.data() == place);
    CHECK(rw::map(fd, {.length = 4096, .address = static_cast<std::byte*>(place) + 1}).error() ==
          because(errc::einval));
}

TEST_CASE("errno is left alone") {
    errno = 4242;
    {
        auto const mapped = mapped_alone();
        CHECK(mapped);
        CHECK_FALSE(mapped_alone(0));
    }
    CHECK(errno == 4242);
}

} // namespace
