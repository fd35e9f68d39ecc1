// mmap_array on the running kernel: its memory is the map, whatever the size of an element, and whoever writes.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/mmap_array.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fcntl.h>
#include <functional>
#include <numeric>
#include <ranges>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using insn::r0, insn::r1, insn::r10, insn::r2;

struct stats {
    std::uint64_t packets;
    std::uint64_t bytes;
};

template <std::size_t Size>
struct filled {
    std::array<std::uint8_t, Size> bytes;
};

static_assert(mapped_stride<std::uint8_t> == 8 && mapped_stride<std::uint64_t> == 8 && mapped_stride<stats> == 16);
static_assert(mapped_stride<filled<9>> == 16 && mapped_stride<filled<16>> == 16 && mapped_stride<filled<17>> == 24);
static_assert(std::ranges::contiguous_range<mapped_elements<stats>>);
static_assert(std::ranges::random_access_range<mapped_elements<filled<13>>>);
static_assert(std::ranges::random_access_range<mapped_elements<filled<13> const>>);
static_assert(!std::ranges::contiguous_range<mapped_elements<filled<13>>>);
static_assert(std::is_same_v<std::ranges::range_value_t<mapped_elements<std::uint32_t const>>, std::uint32_t>);
static_assert(
    std::is_same_v<std::ranges::range_reference_t<mapped_elements<std::uint32_t const>>, std::uint32_t const&>);

using table = mmap_array<stats>;
using reader = mmap_array<stats, read_only>;
static_assert(std::is_same_v<decltype(std::declval<table const&>().view()[0]), stats&>);
static_assert(std::is_same_v<decltype(std::declval<reader const&>().view()[0]), stats const&>);
static_assert(!std::is_copy_constructible_v<table> && std::is_nothrow_move_constructible_v<table>);
static_assert(std::is_nothrow_move_assignable_v<table>);

constexpr error differs(errc code) { return {code, command::obj_get_info_by_fd}; }
constexpr error because(errc code) { return {code, command::map_memory}; }

TEST_CASE("an element is written in memory and found by system call, and the other way round") {
    auto const counts = table::create({.name = "counts", .max_entries = 4096}).value();
    CHECK(counts.max_entries() == 4096);
    CHECK(counts.view().size() == 4096);
    CHECK(counts.view()[4095].bytes == 0);
    counts.view()[7] = {.packets = 3, .bytes = 180};
    auto const found = counts.lookup(7).value();
    CHECK(found->packets == 3);
    CHECK(found->bytes == 180);
    CHECK(counts.update(4095, {.packets = 1, .bytes = 60}));
    CHECK(std::atomic_ref{counts.view()[4095].bytes}.load() == 60);
    CHECK(has((*counts.info())->map_flags, map_flags::mmapable));
    CHECK(counts.view().span().data() == &counts.view()[0]);
    CHECK(counts.view().span().size() == 4096);
    CHECK(counts.update(4096, {}).error().code == errc::e2big);
}

TEST_CASE_TEMPLATE("elements of any size are where the kernel has them", Element, filled<1>, filled<3>, filled<7>,
                   filled<8>, filled<9>, filled<13>, filled<24>, filled<4095>, filled<4097>) {
    constexpr std::uint32_t many = 300; // ends in the middle of a page
    auto const map = mmap_array<Element>::create({.max_entries = many}).value();
    auto const view = map.view();
    for (std::uint32_t i = 0; i != many; ++i) view[i].bytes.fill(static_cast<std::uint8_t>(i));
    bool same = true;
    for (std::uint32_t i = 0; i != many; ++i) {
        auto const expected = static_cast<std::uint8_t>(i);
        auto const found = map.lookup(i).value();
        same = same && std::ranges::all_of(found->bytes, [&](std::uint8_t byte) { return byte == expected; });
    }
    CHECK(same);
    Element other{};
    other.bytes.fill(0xee);
    CHECK(map.update(150, other));
    CHECK(view[150].bytes.back() == 0xee);
    CHECK(view[149].bytes.back() == 149);
    CHECK(view[151].bytes.front() == 151);
    std::uint32_t next = 0;
    for (Element const& element : view) {
        same = same && (next == 150 || element.bytes[0] == static_cast<std::uint8_t>(next));
        ++next;
    }
    CHECK(next == many);
    CHECK(same);
}

TEST_CASE("an iterator over elements with gaps goes anywhere") {
    auto const map = mmap_array<std::uint32_t>::create({.max_entries = 10}).value();
    auto const view = map.view();
    std::iota(view.begin(), view.end(), 0u);
    auto const first = view.begin();
    auto const last = view.end();
    CHECK(last - first == 10);
    CHECK(first - last == -10);
    CHECK(*(first + 3) == 3);
    CHECK(*(3 + first) == 3);
    CHECK(*(last - 1) == 9);
    CHECK(first[4] == 4);
    CHECK(first < last);
    CHECK(first + 10 == last);
    auto i = first;
    CHECK(*i++ == 0);
    CHECK(*i-- == 1);
    CHECK(*++i == 1);
    CHECK(*--i == 0);
    i += 6;
    i -= 2;
    CHECK(*i == 4);
    CHECK(i.operator->() == &view[4]);
    CHECK(view[1] == 1);
    CHECK(reinterpret_cast<std::byte*>(&view[1]) - reinterpret_cast<std::byte*>(&view[0]) == 8);
    CHECK(std::accumulate(view.begin(), view.end(), 0u) == 45);
    std::sort(view.begin(), view.end(), std::greater<>{});
    CHECK(**map.lookup(0) == 9);
    CHECK(**map.lookup(9) == 0);
    CHECK(*std::ranges::lower_bound(view, 4u, std::greater<>{}) == 4);
}

TEST_CASE("it walks and takes batches as any array does") {
    auto const map = mmap_array<std::uint32_t>::create({.max_entries = 1000}).value();
    std::iota(map.view().begin(), map.view().end(), 5u);
    std::uint32_t next = 0;
    for (auto const& [index, number] : map.entries()) {
        if (index != next || number != next + 5) break;
        ++next;
    }
    CHECK(next == 1000);
    std::array<std::uint32_t, 2> const indices{1, 999};
    std::array<std::uint32_t, 2> const numbers{10, 11};
    std::uint32_t done = 0;
    CHECK(map.update_batch(indices, numbers, done));
    CHECK(map.view()[1] == 10);
    CHECK(map.view()[999] == 11);
}

TEST_CASE("a program adds atomically to what user space adds to, and nothing is lost") {
    auto const map = mmap_array<stats>::create({.max_entries = 3}).value();
    static constexpr auto code =
        assemble(insn::store<std::uint32_t>(r10 - 4, 2), insn::load_map(r1, insn::map_slot<0>{}), insn::mov(r2, r10),
                 insn::add(r2, -4), insn::call(insn::helper::map_lookup_elem), insn::jump_if(r0 == 0, "absent"),
                 insn::mov(r1, 1), insn::atomic_add<std::uint64_t>(r0 + 8, r1), insn::label("absent"), insn::mov(r0, 0),
                 insn::exit());
    auto const filled_code = code.with(map.fd());
    std::vector<char> log(1 << 14);
    auto const program = socket_filter_program::load({.insns = filled_code, .license = "GPL"}, log);
    REQUIRE(program);
    constexpr std::uint32_t each = 200'000;
    bool ran = true;
    std::thread other{[&] {
        std::array<std::byte, 64> packet{};
        for (int i = 0; i != 20; ++i) {
            sys::attr::prog_test_run run{
                .prog_fd = program->fd(), .data_size_in = packet.size(), .data_in = packet.data(), .repeat = each / 20};
            ran = ran && sys::call(run);
        }
    }};
    std::atomic_ref const count{map.view()[2].bytes};
    static_assert(decltype(count)::is_always_lock_free);
    for (std::uint32_t i = 0; i != each; ++i) count.fetch_add(1, std::memory_order_relaxed);
    other.join();
    CHECK(ran);
    CHECK(count.load() == 2 * each);
    CHECK(map.lookup(2).value()->bytes == 2 * each);
}

TEST_CASE("found again by path, by id and through a descriptor") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("table");
    auto const made = table::create({.max_entries = 700}).value();
    CHECK(made.pin(path.c_str()));
    made.view()[699].packets = 4;
    auto const by_path = table::open(path.c_str()).value();
    CHECK(by_path.view().size() == 700);
    CHECK(by_path.view()[699].packets == 4);
    by_path.view()[699].packets = 5;
    CHECK(table::open(made.id().value()).value().lookup(699).value()->packets == 5);
    auto const adopted = table::adopt(array_map<stats>::open(path.c_str()).value().release()).value();
    CHECK(adopted.view()[699].packets == 5);
    auto const copy = made.duplicate().value();
    CHECK(&copy.view()[699] != &made.view()[699]);
    CHECK(copy.view()[699].packets == 5);
    CHECK(array_map<stats>::open(path.c_str()).value().lookup(699).value()->packets == 5);
    CHECK(table::open(files.path("none").c_str()).error() == error{errc::enoent, command::obj_get});

    int const number = ::open(files.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    auto const directory = owned_fd<kind::directory>::adopt_raw(number).value();
    auto const relative = table::open(directory, "table");
    CHECK((relative || relative.error() == error{errc::einval, command::obj_get})); // before Linux 6.5
}

TEST_CASE("a map that is no such array is refused, with the reason") {
    auto const plain = array_map<stats>::create({.max_entries = 4}).value();
    CHECK(table::open(plain.id().value()).error() == differs(errc::map_flags_differ));
    CHECK(reader::open(plain.id().value()).error() == differs(errc::map_flags_differ));
    CHECK(table::adopt(plain.duplicate().value().release()).error() == differs(errc::map_flags_differ));
    auto const made = table::create({.max_entries = 4}).value();
    CHECK(mmap_array<std::uint64_t>::open(made.id().value()).error() == differs(errc::value_size_differs));
    // 12 and 16 bytes are equally far apart, and still not the same.
    CHECK(mmap_array<filled<12>>::open(made.id().value()).error() == differs(errc::value_size_differs));
    auto const other = basic_map<map_kind::hash, std::uint32_t, stats, read_write>::create({.max_entries = 4}).value();
    CHECK(table::open(other.id().value()).error() == differs(errc::map_type_differs));
    CHECK(table::create({.max_entries = 0}).error() == error{errc::einval, command::map_create});
}

struct refuses_all {
    using error_type = error;

    int asked = 0;

    template <class Key, class Value>
    result<void> operator()(fd_ref<kind::map> fd, sys::info::map const& info) {
        static_assert(std::is_same_v<Key, std::uint32_t> && std::is_same_v<Value, stats>);
        ++asked;
        CHECK(fd.raw() > 0);
        CHECK(info.max_entries == 4);
        return error{errc::layout_differs, command::obj_get_info_by_fd};
    }
};

TEST_CASE("a further check is asked once the map fits, and has the last word") {
    auto const made = table::create({.max_entries = 4}).value();
    auto const plain = array_map<stats>::create({.max_entries = 4}).value();
    refuses_all check;
    CHECK(table::open(made.id().value(), check).error() == differs(errc::layout_differs));
    CHECK(table::adopt(made.duplicate().value().release(), check).error() == differs(errc::layout_differs));
    CHECK(check.asked == 2);
    CHECK(table::open(plain.id().value(), check).error() == differs(errc::map_flags_differ));
    CHECK(check.asked == 2);
}

TEST_CASE("a reader sees what others write") {
    auto const made = table::create({.max_entries = 4}).value();
    auto const seen = reader::open(made.id().value()).value();
    made.view()[1].packets = 8;
    CHECK(seen.view()[1].packets == 8);
    CHECK(seen.lookup(1).value()->packets == 8);
    auto const copy = seen.duplicate().value();
    CHECK(copy.view()[1].packets == 8);
    // A map that only user space may write is mapped to be read, never to be written.
    CHECK(table::create({.max_entries = 4, .flags = map_flags::rdonly_prog}).error() == because(errc::eacces));
    auto const constants = reader::create({.max_entries = 4, .flags = map_flags::rdonly_prog}).value();
    CHECK(constants.view()[3].packets == 0);
}

TEST_CASE("a descriptor of less than all access cannot be mapped") {
    auto const limited = [](map_flags access) {
        return sys::call(sys::attr::map_create{.map_type = map_type::array,
                                               .key_size = 4,
                                               .value_size = sizeof(stats),
                                               .max_entries = 4,
                                               .flags = map_flags::mmapable | access})
            .value();
    };
    CHECK(reader::adopt(limited(map_flags::rdonly)).error() == because(errc::einval));
    CHECK(table::adopt(limited(map_flags::rdonly)).error() == because(errc::eacces));
    CHECK(reader::adopt(limited(map_flags::wronly)).error() == because(errc::eacces));
}

TEST_CASE("freezing gives up the mapping that may write") {
    auto made = table::create({.max_entries = 4}).value();
    auto const id = made.id().value();
    made.view()[2].packets = 21;
    CHECK(array_map<stats>::open(id).value().freeze().error() == error{errc::ebusy, command::map_freeze});
    {
        auto another = made.duplicate().value();
        CHECK(std::move(another).freeze().error() == error{errc::ebusy, command::map_freeze});
    }
    auto const constants = std::move(made).freeze().value();
    CHECK(constants.view().size() == 4);
    CHECK(constants.view()[2].packets == 21);
    CHECK(table::open(id).error() == because(errc::eperm));
    auto const again = reader::open(id).value();
    CHECK(again.view()[2].packets == 21);
    CHECK(array_map<stats>::open(id).value().update(1, {}).error() == error{errc::eperm, command::map_update_elem});
}

TEST_CASE("moving takes descriptor and mapping along, and what is left has an empty view") {
    auto first = table::create({.max_entries = 4}).value();
    auto* const place = &first.view()[0];
    auto second = std::move(first);
    CHECK(&second.view()[0] == place);
    // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): what is left is what is asked for
    CHECK(first.view().empty());
    CHECK(first.view().begin() == first.view().end());
    // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    auto third = table::create({.max_entries = 8}).value();
    third = std::move(second);
    CHECK(&third.view()[0] == place);
    CHECK(third.view().size() == 4);
    CHECK(third.max_entries() == 4);
    CHECK(third.update(3, {.packets = 1, .bytes = 2}));
    CHECK(place[3].bytes == 2);
}

} // namespace
