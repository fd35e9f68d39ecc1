// queue_map and stack_map on the running kernel.
#include <bpfxx/map/keyless.hpp>
#include <bpfxx/map/queue.hpp>
#include <bpfxx/map/stack.hpp>

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <thread>

namespace {

using namespace bpfxx;

struct job {
    std::uint64_t number;
    std::uint32_t kind;
    std::uint32_t zero;
    friend bool operator==(job const&, job const&) = default;
};

template <class Map>
struct has {
    static constexpr bool push = requires(Map const& map, job value) { map.push(value); };
    static constexpr bool dropping = requires(Map const& map, job value) { map.push_dropping_oldest(value); };
    static constexpr bool peek = requires(Map const& map) { map.peek(); };
    static constexpr bool pop = requires(Map const& map) { map.pop(); };
    static constexpr bool drain = requires(Map const& map) { map.drain([](job const&) {}); };
    static constexpr bool freeze = requires(Map const& map) { map.freeze(); };
};
using both = has<queue_map<job>>;
using reader = has<queue_map<job, read_only>>;
using writer = has<stack_map<job, write_only>>;
static_assert(both::push && both::dropping && both::peek && both::pop && both::drain && both::freeze);
static_assert(!reader::push && !reader::dropping && reader::peek && !reader::pop && !reader::drain && !reader::freeze);
static_assert(writer::push && writer::dropping && !writer::peek && !writer::pop && !writer::drain && writer::freeze);
static_assert(sizeof(queue_map<job>) == 8);

TEST_CASE("a queue gives the oldest first, a stack the newest") {
    auto const queue = queue_map<int>::create({.name = "queue", .max_entries = 3}).value();
    auto const stack = stack_map<int>::create({.name = "stack", .max_entries = 3}).value();
    CHECK_FALSE(queue.peek()->has_value());
    CHECK_FALSE(queue.pop()->has_value());
    for (int const value : {1, 2, 3}) {
        CHECK(*queue.push(value));
        CHECK(*stack.push(value));
    }
    CHECK_FALSE(*queue.push(4)); // full
    CHECK_FALSE(*stack.push(4));
    CHECK(**queue.peek() == 1);
    CHECK(**stack.peek() == 3);
    CHECK(**queue.pop() == 1);
    CHECK(**stack.pop() == 3);
    CHECK(**queue.pop() == 2);
    CHECK(**stack.pop() == 2);
    CHECK(**queue.pop() == 3);
    CHECK(**stack.pop() == 1);
    CHECK_FALSE(queue.pop()->has_value());
    CHECK_FALSE(stack.pop()->has_value());
}

TEST_CASE("a full map lets its oldest value go where it is told to") {
    auto const queue = queue_map<int>::create({.max_entries = 2}).value();
    auto const stack = stack_map<int>::create({.max_entries = 2}).value();
    for (int const value : {1, 2, 3, 4, 5}) {
        CHECK(queue.push_dropping_oldest(value));
        CHECK(stack.push_dropping_oldest(value));
    }
    CHECK(**queue.pop() == 4);
    CHECK(**queue.pop() == 5);
    CHECK(**stack.pop() == 5);
    CHECK(**stack.pop() == 4);
    CHECK_FALSE(queue.pop()->has_value());
    CHECK_FALSE(stack.pop()->has_value());
}

TEST_CASE("a drain empties the map and says how much there was") {
    auto const queue = queue_map<job>::create({.max_entries = 10}).value();
    for (std::uint64_t i = 0; i != 7; ++i) CHECK(*queue.push({i, 1, 0}));
    std::uint64_t next = 0;
    CHECK(*queue.drain([&](job const& value) { CHECK(value == job{next++, 1, 0}); }) == 7);
    CHECK(*queue.drain([](job const&) {}) == 0);
}

TEST_CASE("a drain ends while others go on pushing, and loses nothing") {
    auto const queue = queue_map<std::uint64_t>::create({.max_entries = 64}).value();
    std::atomic<bool> stop{false};
    std::uint64_t pushed = 0;
    std::thread producer{[&] {
        while (!stop.load(std::memory_order_relaxed))
            if (*queue.push(pushed)) ++pushed;
    }};
    std::uint64_t next = 0;
    std::uint64_t out_of_order = 0;
    std::uint32_t most = 0;
    for (int pass = 0; pass != 500; ++pass)
        most = std::max(most, *queue.drain([&](std::uint64_t value) { out_of_order += value == next++ ? 0 : 1; }));
    stop = true;
    producer.join();
    CHECK(*queue.drain([&](std::uint64_t value) { out_of_order += value == next++ ? 0 : 1; }) <= 64);
    CHECK(out_of_order == 0);
    CHECK(next == pushed);
    CHECK(most <= 64);
}

TEST_CASE("a program pushes, user space pops") {
    using insn::r0, insn::r1, insn::r2, insn::r3, insn::r10;
    static constexpr auto code = assemble(
        insn::store<std::uint64_t>(r10 - 8, 42), insn::load_map(r1, insn::map_slot<0>{}), insn::mov(r2, r10),
        insn::add(r2, -8), insn::mov(r3, 0), insn::call(insn::helper::map_push_elem), insn::mov(r0, 0), insn::exit());
    auto const queue = queue_map<std::uint64_t>::create({.max_entries = 4}).value();
    auto const program = socket_filter_program::load({.insns = code.with(queue.fd()), .license = "GPL"}).value();
    std::array<std::byte, 64> const packet{};
    for (int i = 0; i != 2; ++i) {
        sys::attr::prog_test_run once{.prog_fd = program.fd(), .data_size_in = packet.size(), .data_in = packet.data()};
        CHECK(sys::call(once));
    }
    CHECK(**queue.pop() == 42);
    CHECK(**queue.pop() == 42);
    CHECK_FALSE(queue.pop()->has_value());
}

TEST_CASE("a frozen queue can be looked at and no more") {
    auto const queue = queue_map<int>::create({.max_entries = 4}).value();
    CHECK(*queue.push(1));
    CHECK(queue.freeze());
    CHECK(**queue.peek() == 1);
    CHECK(queue.push(2).error() == error{errc::eperm, command::map_update_elem});
    CHECK(queue.push_dropping_oldest(2).error() == error{errc::eperm, command::map_update_elem});
    CHECK(queue.pop().error() == error{errc::eperm, command::map_lookup_and_delete_elem});
    CHECK(queue.drain([](int) {}).error() == error{errc::eperm, command::map_lookup_and_delete_elem});
}

TEST_CASE("found again with less than all rights, and refused as another") {
    auto const queue = queue_map<int>::create({.max_entries = 4}).value();
    CHECK(*queue.push(1));
    auto const id = queue.id().value();
    CHECK(**queue_map<int, read_only>::open(id)->peek() == 1);
    CHECK(*queue_map<int, write_only>::open(id)->push(2));
    CHECK(queue.max_entries() == 4);
    CHECK(queue.duplicate()->pop()->value() == 1);
    auto const because = [](errc code) { return error{code, command::obj_get_info_by_fd}; };
    CHECK(stack_map<int>::open(id).error() == because(errc::map_type_differs));
    CHECK(queue_map<job>::open(id).error() == because(errc::value_size_differs));
}

struct described {
    btf::blob<btf::builder<>::capacity> blob;
    btf::type_id nothing, number;
};
constexpr described types_of_queue = [] {
    btf::builder<> made;
    auto const nothing = made.struct_("nothing", 0, {});
    auto const number = made.int_("int", 4, btf::int_encoding::is_signed);
    return described{made.finish(), nothing, number};
}();

TEST_CASE("the key of its BTF is a struct without members, where a bloom filter's is void") {
    auto const types = btf::load(types_of_queue.blob).value();
    auto const with_key = [&](btf::type_id key) {
        return map_btf{types, btf::number(key), btf::number(types_of_queue.number)};
    };
    auto const queue = queue_map<int>::create({.max_entries = 1, .btf = with_key(types_of_queue.nothing)}).value();
    CHECK((*queue.info())->btf_key_type_id == btf::number(types_of_queue.nothing));
    CHECK((*queue.info())->btf_value_type_id == btf::number(types_of_queue.number));
    CHECK(stack_map<int>::create({.max_entries = 1, .btf = with_key(types_of_queue.nothing)}));
    auto const refused = error{errc::einval, command::map_create};
    CHECK(queue_map<int>::create({.max_entries = 1, .btf = with_key(btf::void_id)}).error() == refused);
    CHECK(stack_map<int>::create({.max_entries = 1, .btf = with_key(btf::void_id)}).error() == refused);
}

} // namespace
