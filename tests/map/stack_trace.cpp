// Stacks that a program leaves, read by user space, on the running kernel.
#include <bpfxx/map/stack_trace.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

using addresses = stack_trace_map<32>;
using by_build_id = build_id_stack_map<32>;
static_assert(sizeof(addresses::value_type) == 32 * 8 && sizeof(by_build_id::value_type) == 32 * 32);
static_assert(addresses::guarantee == walk_guarantee::best_effort);

template <class Map>
concept stores = requires(Map const& map, typename Map::value_type value) { map.update(1, value); };
template <class Map>
concept erases = requires(Map const& map) { map.erase(1); };
static_assert(!stores<addresses> && erases<addresses> && !erases<stack_trace_map<32, read_only>>);

constexpr stack_frames<std::uint64_t, 4> two{{{10, 20, 0, 0}}};
static_assert(two.size() == 2 && !two.empty() && two[1] == 20 && two.end() - two.begin() == 2);
static_assert(stack_frames<std::uint64_t, 2>{{{1, 2}}}.size() == 2);
static_assert(stack_frames<std::uint64_t, 2>{}.empty());
static_assert(stack_frames<build_id_frame, 2>{{{{build_id_status::ip, {}, 7}, {}}}}.size() == 1);

constexpr long unused_number = 0x3bce; // no system call has it, so that nobody else makes it
constexpr std::uint32_t of_user_space = 1 << 8;
constexpr std::uint32_t of_kernel = 0;

/// Stores the number of the stack that it is called on in the only element of an array.
template <std::uint32_t Flags>
constexpr auto leaving_a_stack = [] {
    using namespace insn;
    return assemble(mov(r6, r1), load<std::uint64_t>(r7, r1 + 8), jump_if(r7 != unused_number, "end"),
                    load_map(r2, map_slot<0>{}), mov(r3, Flags), insn::call(helper::get_stackid), mov(r8, r0),
                    store<std::uint32_t>(r10 - 4, 0), load_map(r1, map_slot<1>{}), mov(r2, r10), add(r2, -4),
                    insn::call(helper::map_lookup_elem), jump_if(r0 == 0, "end"), store<std::uint64_t>(r0 + 0, r8),
                    label("end"), mov(r0, 0), insn::exit());
}();

/// Lets a program see one stack of this thread; its number, which is negative where the kernel could not keep it.
template <std::uint32_t Flags, class Map>
std::int64_t leave_a_stack(Map const& stacks) {
    auto const number = array_map<std::int64_t>::create({.max_entries = 1}).value();
    CHECK(number.update(0, -1));
    auto const program =
        raw_tracepoint_program::load({.insns = leaving_a_stack<Flags>.with(stacks.fd(), number.fd()), .license = "GPL"})
            .value();
    auto const link = program.attach(raw_tracepoint_hook{.name = "sys_enter"}).value();
    syscall(unused_number);
    return **number.lookup(0);
}

/// Whether an address is in memory that this process may run.
bool is_code(std::uint64_t address) {
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields{line};
        std::uint64_t start = 0;
        std::uint64_t end = 0;
        char dash = 0;
        std::string rights;
        fields >> std::hex >> start >> dash >> end >> rights;
        if (address >= start && address < end) return rights.find('x') != std::string::npos;
    }
    return false;
}

TEST_CASE("a stack of this process is one of addresses of its code") {
    auto const stacks = addresses::create({.name = "stacks", .max_entries = 64}).value();
    auto const number = leave_a_stack<of_user_space>(stacks);
    REQUIRE(number >= 0);
    auto const key = static_cast<std::uint32_t>(number);
    auto const found = stacks.lookup(key).value();
    REQUIRE(found);
    REQUIRE(!found->empty());
    CHECK(found->size() <= 32);
    CHECK(is_code((*found)[0]));
    for (auto const address : *found) CHECK(address != 0);
    CHECK(*stacks.contains(key));
    CHECK(*stacks.erase(key));
    CHECK_FALSE(*stacks.erase(key));
    CHECK_FALSE(stacks.lookup(key)->has_value());
    CHECK_FALSE(*stacks.contains(key));
}

TEST_CASE("a stack of the kernel is one of addresses in the upper half") {
    auto const stacks = addresses::create({.max_entries = 64}).value();
    auto const number = leave_a_stack<of_kernel>(stacks);
    REQUIRE(number >= 0);
    auto const found = stacks.lookup(static_cast<std::uint32_t>(number)).value();
    REQUIRE(found);
    REQUIRE(!found->empty());
    for (auto const address : *found) CHECK(static_cast<std::int64_t>(address) < 0);
}

TEST_CASE("frames by build id") {
    auto const stacks = by_build_id::create({.max_entries = 64}).value();
    auto const number = leave_a_stack<of_user_space>(stacks);
    REQUIRE(number >= 0);
    auto const found = stacks.lookup(static_cast<std::uint32_t>(number)).value();
    REQUIRE(found);
    REQUIRE(!found->empty());
    for (auto const& frame : *found) {
        CHECK((frame.status == build_id_status::valid || frame.status == build_id_status::ip));
        if (frame.status == build_id_status::valid) CHECK(frame.build_id != std::array<std::uint8_t, 20>{});
    }
}

TEST_CASE("take reads and erases in one step, since Linux 6.18") {
    auto const stacks = addresses::create({.max_entries = 64}).value();
    auto const number = leave_a_stack<of_user_space>(stacks);
    REQUIRE(number >= 0);
    auto const key = static_cast<std::uint32_t>(number);
    auto const taken = stacks.take(key);
    if (!taken && taken.error() == error{errc::enotsupp, command::map_lookup_and_delete_elem})
        return support::skip("this kernel cannot take stacks (before Linux 6.18)");
    REQUIRE(taken);
    CHECK((*taken)->size() > 0);
    CHECK_FALSE(stacks.take(key)->has_value());
}

TEST_CASE("a walk sees every stack, as many as the rounded table holds, and begins again where its own is erased") {
    auto const stacks = addresses::create({.max_entries = 5}).value(); // the kernel makes that 8
    CHECK(stacks.max_entries() == 8);
    CHECK(stacks.duplicate()->max_entries() == 8);
    CHECK(addresses::open(stacks.id().value())->max_entries() == 8);
    std::array<std::int64_t, 2> const numbers{leave_a_stack<of_user_space>(stacks), leave_a_stack<of_kernel>(stacks)};
    std::vector<std::uint32_t> walked;
    for (auto const& [key, stack] : stacks.entries()) {
        walked.push_back(key);
        CHECK(!stack.empty());
    }
    CHECK(!walked.empty());
    CHECK(walked.size() <= 2);
    for (auto const key : walked) CHECK((key == numbers[0] || key == numbers[1]));
    std::size_t keys = 0;
    for ([[maybe_unused]] auto const& key : stacks.keys()) ++keys;
    CHECK(keys == walked.size());

    // The fact behind best_effort: the key after one that is gone is the first.
    std::uint32_t const gone = walked.back();
    CHECK(*stacks.erase(gone));
    std::uint32_t next = 0;
    auto const more = detail::next_key(stacks.fd(), &gone, &next);
    CHECK(*more == (walked.size() == 2));
    if (*more) CHECK(next == walked.front());
}

TEST_CASE("one kind of table is not opened as the other, whatever the sizes") {
    auto const plain = stack_trace_map<64>::create({.max_entries = 4}).value(); // 64 × 8 = 16 × 32
    auto const ids = build_id_stack_map<16>::create({.max_entries = 4}).value();
    auto const differs = error{errc::map_flags_differ, command::obj_get_info_by_fd};
    CHECK(build_id_stack_map<16>::open(plain.id().value()).error() == differs);
    CHECK(stack_trace_map<64>::open(ids.id().value()).error() == differs);
    CHECK(stack_trace_map<63>::open(plain.id().value()).error().code == errc::value_size_differs);
    CHECK(stack_trace_map<64>::open(plain.id().value()));
    CHECK(build_id_stack_map<16>::open(ids.id().value()));
}

TEST_CASE("more frames than the kernel collects are refused") {
    CHECK(stack_trace_map<100'000>::create({.max_entries = 4}).error() == error{errc::einval, command::map_create});
}

} // namespace
