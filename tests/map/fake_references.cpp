// Maps of references as the kernel sees them: which bytes go in for what the caller names, and every way an inner map
// can be missing.
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/cgroup_array.hpp>
#include <bpfxx/map/cpu_map.hpp>
#include <bpfxx/map/dev_map.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/map_in_map.hpp>
#include <bpfxx/map/program_array.hpp>
#include <bpfxx/map/reuseport_array.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

template <class Kind>
owned_fd<Kind> new_owner() {
    return owned_fd<Kind>::adopt_raw(new_descriptor()).value();
}

template <class Map>
Map make() {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    return std::move(*Map::create({.max_entries = 4}));
}

/// The value that an operation gives the kernel, as 32-bit numbers.
template <std::size_t Words, class Operation>
std::array<std::uint32_t, Words> value_given(Operation&& operation) {
    std::array<std::uint32_t, Words> words{};
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        std::memcpy(words.data(), call.pointer<std::byte>(16), sizeof words);
        return 0;
    }};
    operation();
    kernel.stop();
    CHECK(kernel.only_bpf().command == 2);
    return words;
}

std::uint32_t number(auto const& owner) { return static_cast<std::uint32_t>(owner.fd().raw()); }

TEST_CASE("values with a program: the descriptor beside the number, 0 without one") {
    auto const program = xdp_devmap_program::adopt_unchecked(new_owner<kind::program>());
    auto const ports = make<dev_map<>>();
    auto const with =
        value_given<2>([&] { CHECK(ports.update(0, {.interface = interface_index{7}, .program = program})); });
    CHECK(with == std::array{7u, number(program)});
    auto const without = value_given<2>([&] { CHECK(ports.update(0, {.interface = interface_index{7}})); });
    CHECK(without == std::array{7u, 0u});
    auto const vouched = program_reference<program_kind::xdp_cpumap>::unchecked(program.fd());
    auto const cpus = make<cpu_map<>>();
    auto const cpu = value_given<2>([&] { CHECK(cpus.update(0, {.queue_size = 192, .program = vouched})); });
    CHECK(cpu == std::array{192u, number(program)});
    auto const steps = make<program_array<program_kind::xdp>>();
    auto const step = xdp_program::adopt_unchecked(new_owner<kind::program>());
    CHECK(value_given<1>([&] { CHECK(steps.update(0, step)); }) == std::array{number(step)});
}

TEST_CASE("sockets: 8 bytes with the descriptor as a 64-bit number, or 4") {
    auto const socket = new_owner<kind::socket>();
    auto const wide = make<sock_map<>>();
    std::uint64_t expected = static_cast<std::uint64_t>(socket.raw());
    std::array<std::uint32_t, 2> words{};
    std::memcpy(words.data(), &expected, sizeof expected);
    CHECK(value_given<2>([&] { CHECK(wide.update(0, socket)); }) == words);
    auto const narrow = make<sock_map<read_write, socket_alone>>();
    CHECK(value_given<1>([&] { CHECK(narrow.update(0, socket)); }) ==
          std::array{static_cast<std::uint32_t>(socket.raw())});
}

TEST_CASE("what is found: ids and cookies") {
    auto const ports = make<dev_map<>>();
    auto const sockets = make<sock_map<>>();
    fake::kernel kernel{[](fake::bpf_call& call) -> long {
        call.store(16, std::array{7u, 4711u});
        return 0;
    }};
    auto const found = ports.lookup(1);
    auto const cookie = sockets.lookup(1);
    kernel.stop();
    CHECK(**found == dev_map_entry{interface_index{7}, program_id{4711}});
    auto const halves = std::array{7u, 4711u};
    socket_cookie expected{};
    std::memcpy(&expected, halves.data(), sizeof expected);
    CHECK(**cookie == expected);
}

TEST_CASE("erasing from a sock_map: EINVAL is absence, everything else is a failure") {
    auto const map = make<sock_map<>>();
    long answer = 0;
    fake::kernel kernel{[&](fake::bpf_call&) -> long { return answer; }};
    CHECK(*map.erase(0));
    for (long const absent : {-long{EINVAL}, -long{ENOENT}}) {
        answer = absent;
        CHECK_FALSE(*map.erase(0));
    }
    for (long const refused : {-long{EPERM}, -long{EFAULT}, -524L}) {
        answer = refused;
        CHECK(map.erase(0).error() == error{static_cast<errc>(-refused), command::map_delete_elem});
    }
}

using table = hash_map<std::uint32_t, std::uint64_t>;
using tables = hash_of_maps<std::uint64_t, table>;

TEST_CASE("creating with an inner spec: the template, the map, the template closed") {
    int inner = -1;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        int const made = new_descriptor();
        if (call.field<std::uint32_t>(0) == 1) inner = made;
        return made;
    }};
    auto const made = tables::create({.name = "tenants", .max_entries = 100, .inner = {.max_entries = 8}});
    kernel.stop();
    REQUIRE(made);
    CHECK(made->max_entries() == 100);
    CHECK(kernel.bpf_calls() == 2);
    auto const calls = kernel.calls();
    CHECK(calls[0].field<std::uint32_t>(0) == 1); // hash
    CHECK(calls[0].field<std::uint32_t>(12) == 8);
    std::size_t outer = 1;
    while (!calls[outer].bpf) ++outer;
    std::array<std::byte, 96> expected{};
    auto const put = [&](std::size_t offset, std::uint32_t value) { std::memcpy(&expected[offset], &value, 4); };
    put(0, 13); // hash_of_maps
    put(4, 8);
    put(8, 4);
    put(12, 100);
    put(20, static_cast<std::uint32_t>(inner));
    std::memcpy(&expected[28], "tenants", 7);
    CHECK(calls[outer].size == 96);
    CHECK(std::memcmp(calls[outer].bytes.data(), expected.data(), expected.size()) == 0);
    CHECK(calls.back().number == __NR_close);
    CHECK(calls.back().arguments[0] == static_cast<std::uint64_t>(inner));
}

TEST_CASE("the other options go to the outer map, the inner ones to the template") {
    auto const token = new_owner<kind::token>();
    program_hash const hash{std::byte{7}};
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    map_in_map_options<map_kind::hash_of_maps, table> const options{.name = "outer",
                                                                    .max_entries = 100,
                                                                    .inner = {.name = "inner", .max_entries = 8},
                                                                    .flags = map_flags::no_prealloc,
                                                                    .numa_node = 3,
                                                                    .token = token,
                                                                    .exclusive_program = hash};
    CHECK(tables::create(options));
    kernel.stop();
    auto const calls = kernel.calls();
    auto const flags_of = [](auto const& call) { return map_flags{call.template field<std::uint32_t>(16)}; };
    CHECK(flags_of(calls[0]) == map_flags::none);
    CHECK(calls[0].field<char>(28) == 'i');
    std::size_t outer = 1;
    while (!calls[outer].bpf) ++outer;
    CHECK(flags_of(calls[outer]) == (map_flags::no_prealloc | map_flags::numa_node | map_flags::token_fd));
    CHECK(calls[outer].field<std::uint32_t>(24) == 3);
    CHECK(calls[outer].field<char>(28) == 'o');
    CHECK(calls[outer].field<int>(76) == token.raw());
    CHECK(calls[outer].field<std::uint64_t>(80) != 0);
    CHECK(calls[outer].field<std::uint32_t>(88) == sizeof hash);
}

TEST_CASE("an existing inner map as the template costs one call") {
    auto const like = make<table>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const made = tables::create_like(like, {.max_entries = 100});
    kernel.stop();
    CHECK(made);
    CHECK(kernel.only_bpf().field<std::uint32_t>(20) == number(like));
}

TEST_CASE("a template that cannot be made is the failure, and nothing else is tried") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -E2BIG; }};
    auto const refused = tables::create({.max_entries = 100, .inner = {.max_entries = 8}});
    kernel.stop();
    CHECK(refused.error() == error{errc::e2big, command::map_create});
    CHECK(kernel.only_bpf().field<std::uint32_t>(0) == 1);
}

tables make_tables() {
    auto const like = make<table>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    return std::move(*tables::create_like(like, {.max_entries = 4}));
}

/// Opens the inner map with these answers to lookup, descriptor by id and info.
struct answers {
    long lookup = 0;
    long by_id = 0;
    long info = 0;
    std::uint32_t inner_value_size = 8;

    long operator()(fake::bpf_call& call) const {
        if (call.command == 1) {
            if (lookup == 0) call.store(16, 4711u);
            return lookup;
        }
        if (call.command == 14) {
            CHECK(call.field<std::uint32_t>(0) == 4711);
            return by_id == 0 ? new_descriptor() : by_id;
        }
        call.store(8, std::array{1u, 4711u, 4u, inner_value_size, 8u});
        return info;
    }
};

TEST_CASE("open_inner: found, never there, gone meanwhile, refused, another map") {
    auto const outer = make_tables();
    struct expectation {
        answers given;
        std::size_t calls;
        std::optional<error> failure;
        bool found;
    };
    auto const check = [&](expectation const& expected) {
        fake::kernel kernel{expected.given};
        auto const inner = outer.open_inner(1);
        kernel.stop();
        CHECK(kernel.bpf_calls() == expected.calls);
        CHECK(inner.has_value() == !expected.failure.has_value());
        if (expected.failure)
            CHECK(inner.error() == *expected.failure);
        else
            CHECK(inner->has_value() == expected.found);
    };
    check({.given = {}, .calls = 3, .failure = {}, .found = true});
    check({.given = {.lookup = -ENOENT}, .calls = 1, .failure = {}, .found = false});
    check({.given = {.by_id = -ENOENT}, .calls = 2, .failure = {}, .found = false});
    check({{.lookup = -EPERM}, 1, error{errc::eperm, command::map_lookup_elem}, false});
    check({{.by_id = -EPERM}, 2, error{errc::eperm, command::map_get_fd_by_id}, false});
    check({{.info = -ENOENT}, 3, error{errc::enoent, command::obj_get_info_by_fd}, false});
    check({{.inner_value_size = 4}, 3, error{errc::value_size_differs, command::obj_get_info_by_fd}, false});
}

} // namespace
