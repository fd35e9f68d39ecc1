// What maps that are mapped ask of the kernel, call by call; a memfd stands for the memory of the map.
#include <bpfxx/map/arena.hpp>
#include <bpfxx/map/mmap_array.hpp>
#include <bpfxx/map/ring_buffer.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace bpfxx;

constexpr std::uint64_t far_away = std::uint64_t{1} << 45;

int memory(long size = 1 << 20) {
    int const number = ::memfd_create("map", MFD_CLOEXEC);
    return ::ftruncate(number, size) == 0 ? number : -1;
}

/// What cannot be mapped.
int no_memory() { return ::open("/dev/null", O_RDWR | O_CLOEXEC); }

std::vector<long> numbers(fake::kernel const& kernel) {
    std::vector<long> all;
    for (auto const& call : kernel.calls())
        all.push_back(static_cast<long>(call.bpf ? -static_cast<int>(call.command) : 1));
    return all;
}

/// Answers BPF_OBJ_GET_INFO_BY_FD with this, and whatever opens with memory.
struct info_answers {
    sys::info::map info;

    long operator()(fake::bpf_call& call) const {
        if (call.command != static_cast<std::uint32_t>(command::obj_get_info_by_fd)) return memory();
        std::memcpy(call.pointer<std::byte>(8), &info, sizeof info);
        return 0;
    }
};

std::uint64_t argument(fake::logged_call const& call, std::size_t n) { return call.arguments[n]; }

TEST_CASE("an array is created and mapped by two calls") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return memory(); }};
    auto const map = mmap_array<std::array<char, 12>>::create({.name = "m", .max_entries = 1000});
    kernel.stop();
    REQUIRE(map);
    REQUIRE(kernel.calls().size() == 2);
    auto const& create = kernel.calls()[0];
    CHECK(create.bpf);
    CHECK(create.command == 0);
    CHECK(create.field<std::uint32_t>(0) == 2);
    CHECK(create.field<std::uint32_t>(4) == 4);
    CHECK(create.field<std::uint32_t>(8) == 12);
    CHECK(create.field<std::uint32_t>(12) == 1000);
    CHECK(create.field<std::uint32_t>(16) == 1u << 10); // BPF_F_MMAPABLE and nothing else
    auto const& mapped = kernel.calls()[1];
    CHECK(argument(mapped, 0) == 0);
    CHECK(argument(mapped, 1) == 16 * 1000);
    CHECK(argument(mapped, 2) == (PROT_READ | PROT_WRITE));
    CHECK(argument(mapped, 3) == MAP_SHARED);
    CHECK(argument(mapped, 4) == static_cast<std::uint64_t>(create.result));
    CHECK(argument(mapped, 5) == 0);
    map->view()[999].fill('x');
    CHECK(map->view()[999][11] == 'x');
}

TEST_CASE("to read is to map for reading alone, through a descriptor that could write") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return memory(); }};
    auto const map = mmap_array<std::uint64_t, read_only>::create({.max_entries = 1});
    kernel.stop();
    REQUIRE(map);
    CHECK(kernel.calls()[0].field<std::uint32_t>(16) == 1u << 10); // no BPF_F_RDONLY
    CHECK(argument(kernel.calls()[1], 2) == PROT_READ);
}

TEST_CASE("what cannot be mapped is closed again") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return no_memory(); }};
    auto const array = mmap_array<std::uint64_t>::create({.max_entries = 1});
    auto const heap = arena<>::create({.pages = 1});
    kernel.stop();
    REQUIRE(!array);
    REQUIRE(!heap);
    CHECK(array.error() == error{errc::enodev, command::map_memory});
    CHECK(heap.error() == error{errc::enodev, command::map_memory});
    CHECK(kernel.calls().size() == 6); // create, map, close; twice. Left open, the leak check would tell.
}

TEST_CASE("an array that is opened has the size that the kernel says") {
    auto const open_with = [](sys::info::map const& info) {
        fake::kernel kernel{info_answers{info}};
        auto opened = mmap_array<std::uint32_t>::open(map_id{7});
        kernel.stop();
        return std::pair{opened ? opened->view().size() : 0, opened ? error{} : opened.error()};
    };
    sys::info::map fits{.type = map_type::array, .key_size = 4, .value_size = 4, .max_entries = 100};
    fits.map_flags = map_flags::mmapable | map_flags::inner_map;
    CHECK(open_with(fits).first == 100);
    auto none = fits;
    none.max_entries = 0;
    CHECK(open_with(none).second == error{errc::einval, command::map_memory});
    auto not_mapped = fits;
    not_mapped.map_flags = map_flags::inner_map;
    CHECK(open_with(not_mapped).second == error{errc::map_flags_differ, command::obj_get_info_by_fd});
}

TEST_CASE("an arena is created with its address and mapped there, or anywhere") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return memory(); }};
    auto const fixed = arena<>::create({.pages = 3, .address = far_away, .flags = map_flags::segv_on_fault});
    auto const anywhere = arena<>::create({.pages = 1});
    kernel.stop();
    REQUIRE(fixed);
    REQUIRE(anywhere);
    REQUIRE(kernel.calls().size() == 4);
    auto const& create = kernel.calls()[0];
    CHECK(create.field<std::uint32_t>(0) == 33);
    CHECK(create.field<std::uint32_t>(4) == 0);
    CHECK(create.field<std::uint32_t>(8) == 0);
    CHECK(create.field<std::uint32_t>(12) == 3);
    CHECK(create.field<std::uint32_t>(16) == (1u << 10 | 1u << 17));
    CHECK(create.field<std::uint64_t>(64) == far_away); // map_extra
    auto const& there = kernel.calls()[1];
    CHECK(argument(there, 0) == far_away);
    CHECK(argument(there, 1) == 3 * page_size());
    CHECK(argument(there, 3) == (MAP_SHARED | MAP_FIXED_NOREPLACE));
    CHECK(fixed->address() == far_away);
    CHECK(kernel.calls()[2].field<std::uint64_t>(64) == 0);
    CHECK(argument(kernel.calls()[3], 0) == 0);
    CHECK(argument(kernel.calls()[3], 3) == MAP_SHARED);
}

TEST_CASE("an arena is opened where its map_extra says, or where the caller knows it to be") {
    sys::info::map info{.type = map_type::arena, .max_entries = 2};
    info.map_flags = map_flags::mmapable;
    info.map_extra = far_away;
    fake::kernel kernel{info_answers{info}};
    auto const as_created = arena<>::open("/sys/fs/bpf/heap");
    auto const as_told = arena<read_only>::open("/sys/fs/bpf/heap", 2 * far_away);
    kernel.stop();
    REQUIRE(as_created);
    REQUIRE(as_told);
    CHECK(as_created->address() == far_away);
    CHECK(as_told->address() == 2 * far_away);
    CHECK(numbers(kernel) == std::vector<long>{-7, -15, 1, -7, -15, 1});
    CHECK(argument(kernel.calls()[5], 2) == PROT_READ);
}

TEST_CASE("a ring is created by one call, with its size and no elements") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return memory(); }};
    auto const ring = ring_buffer::create({.name = "r", .size_bytes = 8192, .flags = map_flags::rb_overwrite});
    auto const user_ring = user_ring_buffer::create({.size_bytes = 4096, .numa_node = 2});
    kernel.stop();
    REQUIRE(ring);
    REQUIRE(user_ring);
    REQUIRE(kernel.calls().size() == 2);
    auto const& create = kernel.calls()[0];
    CHECK(create.field<std::uint32_t>(0) == 27);
    CHECK(create.field<std::uint32_t>(4) == 0);
    CHECK(create.field<std::uint32_t>(8) == 0);
    CHECK(create.field<std::uint32_t>(12) == 8192);
    CHECK(create.field<std::uint32_t>(16) == 1u << 19);
    auto const& create_user = kernel.calls()[1];
    CHECK(create_user.field<std::uint32_t>(0) == 31);
    CHECK(create_user.field<std::uint32_t>(12) == 4096);
    CHECK(create_user.field<std::uint32_t>(16) == 1u << 2);
    CHECK(create_user.field<std::uint32_t>(24) == 2);
}

} // namespace
