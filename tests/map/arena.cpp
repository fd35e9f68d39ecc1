// Arenas on the running kernel: where they are, what is in them, and that programs see the same.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/arena.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/program/handle.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <bpfxx/btf/find.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using insn::r0, insn::r1, insn::r2, insn::r3, insn::r4, insn::r5;

// Far from the heap, the stack, libraries and what sanitizers use.
constexpr std::uint64_t far_away = std::uint64_t{1} << 45;
constexpr std::uint64_t gib_4 = std::uint64_t{1} << 32;

constexpr char const* too_old = "arenas need Linux 6.9";

bool has_arenas() {
    auto const made = arena<>::create({.pages = 1});
    return made || made.error() != error{errc::einval, command::map_create};
}

struct node {
    arena_ptr<node> next;
    std::uint64_t number;
};
static_assert(sizeof(node) == 16 && plain_bytes<node>);
static_assert(!std::is_copy_constructible_v<arena<>> && std::is_nothrow_move_constructible_v<arena<>>);
static_assert(std::is_same_v<decltype(std::declval<arena<read_only> const&>().at<int>(0)), int const*>);

syscall_program load(std::span<insn::instruction const> code) {
    std::vector<char> log(1 << 16);
    auto loaded = syscall_program::load({.insns = code, .license = "GPL"}, log);
    if (!loaded) FAIL("does not load: ", std::string{describe(loaded.error()).view()}, std::string{loaded.error().log});
    return std::move(*loaded);
}

std::uint32_t run(syscall_program const& program) {
    sys::attr::prog_test_run once{.prog_fd = program.fd()};
    CHECK(sys::call(once));
    return once.retval;
}

TEST_CASE("an address that was asked for is where it is") {
    if (!has_arenas()) return support::skip(too_old);
    auto const made = arena<>::create({.name = "heap", .pages = 16, .address = far_away}).value();
    CHECK(made.address() == far_away);
    CHECK(made.size_bytes() == 16 * page_size());
    CHECK(made.bytes().size() == 16 * page_size());
    CHECK(reinterpret_cast<std::uint64_t>(made.bytes().data()) == far_away);
    auto const info = made.info().value();
    CHECK(info->type == map_type::arena);
    CHECK(info->max_entries == 16);
    CHECK(made.max_entries() == 16);
    CHECK(info->map_extra == far_away);
    CHECK(std::string{info->name} == "heap");
    CHECK(arena<>::create({.pages = 16, .address = far_away}).error() == error{errc::eexist, command::map_memory});
}

TEST_CASE("the kernel finds a place, and nothing crosses a multiple of 4 GiB") {
    if (!has_arenas()) return support::skip(too_old);
    auto const pages_of_a_gib = static_cast<std::uint32_t>((gib_4 >> 2) / page_size());
    std::vector<arena<>> many;
    for (int i = 0; i != 5; ++i) many.push_back(arena<>::create({.pages = pages_of_a_gib}).value());
    for (auto const& made : many) CHECK((made.address() >> 32) == ((made.address() + made.size_bytes() - 1) >> 32));
    auto const whole = arena<>::create({.pages = pages_of_a_gib * 4}).value();
    CHECK(whole.address() % gib_4 == 0);
    CHECK(whole.size_bytes() == gib_4);
    CHECK(whole.at<std::uint64_t>(gib_4 - 8) != nullptr);
    CHECK(whole.at<std::uint64_t>(gib_4) == nullptr);
    auto const last = whole.pointer_to(*whole.at<std::uint64_t>(gib_4 - 8));
    CHECK(last.lower_half() == 0xffff'fff8);
    CHECK(whole.at(last) == whole.at<std::uint64_t>(gib_4 - 8));
}

TEST_CASE("what the kernel cannot create says why") {
    if (!has_arenas()) return support::skip(too_old);
    auto const refused = [](arena_options const& options) { return arena<>::create(options).error(); };
    auto const because = [](errc code) { return error{code, command::map_create}; };
    CHECK(refused({.pages = 0}) == because(errc::einval));
    CHECK(refused({.pages = 1, .address = far_away + 1}) == because(errc::einval));
    CHECK(refused({.pages = 2, .address = far_away + gib_4 - page_size()}) == because(errc::erange));
    CHECK(refused({.pages = static_cast<std::uint32_t>(gib_4 / page_size()) + 1}) == because(errc::e2big));
}

TEST_CASE("objects are found within bounds and aligned, or not at all") {
    if (!has_arenas()) return support::skip(too_old);
    auto const made = arena<>::create({.pages = 2, .address = far_away + gib_4 - 2 * page_size()}).value();
    auto const size = made.size_bytes();
    CHECK(made.at<std::uint64_t>(0) != nullptr);
    CHECK(*made.at<std::uint64_t>(size - 8) == 0);
    CHECK(made.at<std::uint64_t>(size - 4) == nullptr);
    CHECK(made.at<std::uint64_t>(size - 7) == nullptr);
    CHECK(made.at<std::uint64_t>(size) == nullptr);
    CHECK(made.at<std::uint64_t>(~std::uint64_t{0}) == nullptr);
    CHECK(made.at<std::uint64_t>(4) == nullptr);
    CHECK(made.at<std::uint32_t>(4) != nullptr);
    struct large {
        std::array<std::byte, 1 << 20> bytes;
    };
    CHECK(made.at<large>(0) == nullptr);
    CHECK(made.array_at<std::uint64_t>(8, 3).size() == 3);
    CHECK(made.array_at<std::uint64_t>(0, size / 8).size() == size / 8);
    CHECK(made.array_at<std::uint64_t>(0, size / 8 + 1).empty());
    CHECK(made.array_at<std::uint64_t>(8, size / 8).empty());
    CHECK(made.array_at<std::uint64_t>(8, ~std::size_t{0} / 8 + 2).empty());
    CHECK(made.array_at<std::uint64_t>(4, 1).empty());
    CHECK(made.array_at<std::uint64_t>(size, 0).empty());

    auto const& last = *made.at<std::uint64_t>(size - 8);
    CHECK(made.pointer_to(last).address() == far_away + gib_4 - 8);
    CHECK(made.pointer_to(last).lower_half() == 0xffff'fff8);
    CHECK(made.at(made.pointer_to(last)) == &last);
    std::uint64_t const elsewhere = 0;
    CHECK_FALSE(made.pointer_to(elsewhere));
    CHECK(made.pointer_to(elsewhere) == nullptr);
    auto const& half_outside = *reinterpret_cast<std::array<char, 16> const*>(&last);
    CHECK_FALSE(made.pointer_to(half_outside));

    using pointer = arena_ptr<std::uint64_t>;
    CHECK_FALSE(pointer{});
    CHECK(made.at(pointer{}) == nullptr);
    // Whatever stands in shared memory: the upper half is not believed, the lower one is checked.
    CHECK(made.at(pointer::from(0xffff'fff8)) == &last);
    CHECK(made.at(pointer::from(0xdead'beef'ffff'fff8)) == &last);
    CHECK(made.at(pointer::from(0xffff'fffc)) == nullptr);
    CHECK(made.at(pointer::from(0xffff'fff9)) == nullptr);
    CHECK(made.at(pointer::from(far_away + gib_4)) == nullptr);
    CHECK(made.at(pointer::from(far_away + gib_4 - 2 * page_size() - 8)) == nullptr);
    CHECK(made.at(pointer::from(8)) == nullptr);
    CHECK(pointer::from(0xffff'fff8) == made.pointer_to(last));
}

TEST_CASE("a pointer to the first byte of an arena at a multiple of 4 GiB is null to everyone") {
    if (!has_arenas()) return support::skip(too_old);
    auto const made = arena<>::create({.pages = 1, .address = far_away}).value();
    CHECK_FALSE(made.pointer_to(*made.at<std::uint64_t>(0)));
    CHECK(made.pointer_to(*made.at<std::uint64_t>(8)));
}

TEST_CASE("a program reads what user space wrote, writes what it reads, and follows its pointers") {
    if (!has_arenas()) return support::skip(too_old);
    auto const made = arena<>::create({.pages = 4}).value();
    auto* const first = made.at<node>(64);
    auto* const second = made.at<node>(3 * page_size() + 32);
    REQUIRE(first != nullptr);
    REQUIRE(second != nullptr);
    *first = {.next = made.pointer_to(*second), .number = 5};
    *second = {.next = nullptr, .number = 37};

    // first->number += first->next->number
    static constexpr auto code =
        assemble(insn::load_map_value(r1, insn::map_slot<0>{}, 64), insn::arena_to_kernel(r1, r1),
                 insn::load<std::uint64_t>(r2, r1 + 0), insn::arena_to_kernel(r2, r2),
                 insn::load<std::uint64_t>(r3, r2 + 8), insn::load<std::uint64_t>(r4, r1 + 8), insn::add(r4, r3),
                 insn::store<std::uint64_t>(r1 + 8, r4), insn::mov(r0, 0), insn::exit());
    auto const program = load(code.with(made.fd()));
    run(program);
    CHECK(std::atomic_ref{first->number}.load() == 42);
    run(program);
    CHECK(std::atomic_ref{first->number}.load() == 79);
}

TEST_CASE("to a program, a page that nobody touched is not there; user space brings it into being") {
    if (!has_arenas()) return support::skip(too_old);
    auto const made = arena<>::create({.pages = 2}).value();
    static constexpr auto code =
        assemble(insn::load_map_value(r1, insn::map_slot<0>{}, 16), insn::arena_to_kernel(r1, r1), insn::mov(r2, 7),
                 insn::store<std::uint64_t>(r1 + 0, r2), insn::load<std::uint32_t>(r0, r1 + 0), insn::exit());
    auto const program = load(code.with(made.fd()));
    CHECK(run(program) == 0); // written nowhere
    auto* const number = made.at<std::uint64_t>(16);
    CHECK(std::atomic_ref{*number}.load() == 0);
    CHECK(run(program) == 7);
    CHECK(std::atomic_ref{*number}.load() == 7);
}

TEST_CASE("a pointer that a program got from bpf_arena_alloc_pages is one of the arena's") {
    if (!has_arenas()) return support::skip(too_old);
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    auto const function = btf::find(kernel->view(), btf::kind::func, "bpf_arena_alloc_pages");
    if (!function) return support::skip("this kernel has no bpf_arena_alloc_pages");
    auto const made = arena<>::create({.pages = 4}).value();

    static constexpr auto code =
        assemble(insn::load_map(r1, insn::map_slot<0>{}), insn::mov(r2, 0), insn::mov(r3, 1), insn::mov(r4, -1),
                 insn::mov(r5, 0), insn::call(insn::kfunc_slot<1>{}), insn::arena_to_kernel(r1, r0), insn::mov(r2, 99),
                 insn::store<std::uint64_t>(r1 + 24, r2), insn::exit());
    auto const program = load(code.with(made.fd(), insn::kfunc{function->id()}));
    struct page {
        std::array<std::uint64_t, 8> numbers;
    };
    for (int i = 0; i != 3; ++i) {
        auto const pointer = arena_ptr<page>::from(run(program));
        if (!pointer && made.address() % gib_4 == 0) continue;
        auto const* const there = made.at(pointer);
        REQUIRE(there != nullptr);
        CHECK(there->numbers[3] == 99);
        CHECK(there->numbers[2] == 0);
    }
}

TEST_CASE("found again by path, by id and through a descriptor, at the address that it was made for") {
    if (!has_arenas()) return support::skip(too_old);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("arena");
    auto const taken = error{errc::eexist, command::map_memory};
    map_id id{};
    {
        auto const made = arena<>::create({.pages = 3, .address = far_away}).value();
        CHECK(made.pin(path.c_str()));
        id = made.id().value();
        std::memcpy(made.bytes().data() + 100, "here", 4);
        CHECK(arena<>::open(path.c_str()).error() == taken);
        CHECK(arena<>::open(id).error() == taken);
        CHECK(made.at<std::uint64_t>(0) != nullptr); // what was refused has unmapped nothing
    }
    {
        auto const again = arena<>::open(path.c_str()).value();
        CHECK(again.address() == far_away);
        CHECK(again.size_bytes() == 3 * page_size());
        CHECK(std::memcmp(again.bytes().data() + 100, "here", 4) == 0);
        again.bytes()[100] = std::byte{'H'};
    }
    {
        auto const reader = arena<read_only>::open(id).value();
        CHECK(std::memcmp(reader.bytes().data() + 100, "Here", 4) == 0);
        CHECK(reader.at<char>(101) != nullptr);
    }
    auto const elsewhere = arena<>::open(id, far_away + gib_4);
    REQUIRE(!elsewhere);
    CHECK(elsewhere.error().during == command::map_memory);
    CHECK((elsewhere.error().code == errc::einval || elsewhere.error().code == errc::ebusy));

    auto writer = arena<>::open(id).value();
    auto descriptor = writer.fd().raw();
    auto other = std::move(writer);
    // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): what is left is what is asked for
    CHECK(writer.bytes().empty());
    CHECK(writer.size_bytes() == 0);
    CHECK(writer.at<std::uint64_t>(0) == nullptr);
    // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    CHECK(other.fd().raw() == descriptor);
    CHECK(other.address() == far_away);
}

TEST_CASE("an arena that the kernel placed is opened where it was placed") {
    if (!has_arenas()) return support::skip(too_old);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("arena");
    std::uint64_t address = 0;
    {
        auto const made = arena<>::create({.pages = 3}).value();
        CHECK(made.pin(path.c_str()));
        address = made.address();
    }
    CHECK(arena<>::open(path.c_str()).error() == error{errc::einval, command::map_memory});
    auto const again = arena<>::open(path.c_str(), address).value();
    CHECK(again.address() == address);
}

TEST_CASE("another map than an arena is refused") {
    if (!has_arenas()) return support::skip(too_old);
    auto const ring = ring_buffer::create({.size_bytes = 1 << 16}).value();
    auto const id = ring.id().value();
    CHECK(arena<>::open(id).error() == error{errc::map_type_differs, command::obj_get_info_by_fd});
    auto made = arena<>::create({.pages = 1}).value();
    CHECK(ring_buffer::open(made.id().value()).error() == error{errc::map_type_differs, command::obj_get_info_by_fd});
    auto const address = made.address();
    auto descriptor = std::move(made).release();
    CHECK(arena<>::adopt(std::move(descriptor), address).error() == error{errc::eexist, command::map_memory});
}

} // namespace
