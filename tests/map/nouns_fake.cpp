// Maps without keys, keyed by descriptors or with a single element, as the kernel sees each call on them.
#include <bpfxx/map/bloom_filter.hpp>
#include <bpfxx/map/cgroup_storage.hpp>
#include <bpfxx/map/insn_array.hpp>
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/map/local_storage.hpp>
#include <bpfxx/map/lpm_trie.hpp>
#include <bpfxx/map/per_cpu_cgroup_storage.hpp>
#include <bpfxx/map/queue.hpp>
#include <bpfxx/map/rhash.hpp>
#include <bpfxx/map/stack.hpp>
#include <bpfxx/map/stack_trace.hpp>
#include <bpfxx/map/struct_ops.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::literals;

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

std::uint64_t address_of(void const* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

/// The fields of BPF_MAP_CREATE that matter here; all others have to be zero.
struct creation {
    std::uint32_t type = 0;
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;
    std::uint32_t max_entries = 0;
    std::uint32_t flags = 0;
    std::uint32_t btf_fd = 0;
    std::uint32_t btf_key = 0;
    std::uint32_t btf_value = 0;
    std::uint32_t vmlinux_value = 0;
    std::uint64_t extra = 0;
    std::uint32_t module_btf = 0;
};

/// Creates a map and compares the attribute, byte for byte.
template <class Map>
Map created(typename Map::options_type const& options, creation const& wanted) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto map = Map::create(options);
    kernel.stop();
    REQUIRE(map);
    auto const& call = kernel.calls()[0];
    CHECK(call.command == 0);
    REQUIRE(call.size == 96);
    std::array<std::byte, 96> expected{};
    auto const put = [&](std::size_t offset, auto number) { std::memcpy(&expected[offset], &number, sizeof number); };
    put(0, wanted.type);
    put(4, wanted.key_size);
    put(8, wanted.value_size);
    put(12, wanted.max_entries);
    put(16, wanted.flags);
    put(48, wanted.btf_fd);
    put(52, wanted.btf_key);
    put(56, wanted.btf_value);
    put(60, wanted.vmlinux_value);
    put(64, wanted.extra);
    put(72, wanted.module_btf);
    CHECK(std::memcmp(call.bytes.data(), expected.data(), expected.size()) == 0);
    return std::move(*map);
}

struct element_call {
    std::uint32_t command = 0;
    std::uint64_t key = 0;
    std::uint64_t value = 0;
    std::uint64_t flags = 0;
};

constexpr std::uint64_t anywhere = 1; // a place that the library chose

/// Makes one call on an element and compares the attribute.
template <class Map, class Operation>
void makes(Map const& map, element_call const& wanted, Operation&& operation, long answer = 0) {
    fake::kernel kernel{[&](fake::bpf_call&) -> long { return answer; }};
    operation();
    kernel.stop();
    auto const& call = kernel.only_bpf();
    CHECK(call.command == wanted.command);
    CHECK(call.size == (wanted.command == 3 ? 16 : 32));
    CHECK(call.template field<int>(0) == map.fd().raw());
    CHECK(call.template field<std::uint32_t>(4) == 0);
    if (wanted.key != anywhere) CHECK(call.template field<std::uint64_t>(8) == wanted.key);
    if (wanted.command == 3) return;
    if (wanted.value != anywhere) CHECK(call.template field<std::uint64_t>(16) == wanted.value);
    CHECK(call.template field<std::uint64_t>(24) == wanted.flags);
}

template <class Map>
void pushes_and_pops(Map const& map) {
    std::uint64_t const value = 7;
    makes(map, {2, 0, address_of(&value), 0}, [&] { CHECK(*map.push(value)); });
    makes(map, {2, 0, address_of(&value), 0}, [&] { CHECK_FALSE(*map.push(value)); }, -E2BIG);
    makes(map, {2, 0, address_of(&value), 2}, [&] { CHECK(map.push_dropping_oldest(value)); });
    makes(map, {1, 0, anywhere, 0}, [&] { CHECK(map.peek()->has_value()); });
    makes(map, {1, 0, anywhere, 0}, [&] { CHECK_FALSE(map.peek()->has_value()); }, -ENOENT);
    makes(map, {21, 0, anywhere, 0}, [&] { CHECK(map.pop()->has_value()); });
    makes(map, {21, 0, anywhere, 0}, [&] { CHECK_FALSE(map.pop()->has_value()); }, -ENOENT);
    for (long const refused : {-long{EPERM}, -long{EBUSY}, -524L}) {
        auto const code = static_cast<errc>(-refused);
        auto const answers = [&](std::uint32_t command, auto&& operation) {
            makes(map, {command, 0, anywhere, 0}, operation, refused);
        };
        answers(2, [&] { CHECK(map.push(value).error() == error{code, command::map_update_elem}); });
        answers(1, [&] { CHECK(map.peek().error() == error{code, command::map_lookup_elem}); });
        answers(21, [&] { CHECK(map.pop().error() == error{code, command::map_lookup_and_delete_elem}); });
    }
}

TEST_CASE("queues and stacks: a null key, one call each") {
    pushes_and_pops(created<queue_map<std::uint64_t>>({.max_entries = 9}, {22, 0, 8, 9}));
    pushes_and_pops(
        created<stack_map<std::uint64_t>>({.max_entries = 9, .flags = map_flags::rdonly_prog},
                                          {.type = 23, .value_size = 8, .max_entries = 9, .flags = 1 << 7}));
    static_cast<void>(created<queue_map<std::uint16_t, read_only>>(
        {.max_entries = 9}, {.type = 22, .value_size = 2, .max_entries = 9, .flags = 1 << 3}));
}

TEST_CASE("a drain pops no more often than the map has places, and keeps what came before a failure") {
    auto const map = created<queue_map<std::uint64_t>>({.max_entries = 3}, {22, 0, 8, 3});
    int visited = 0;
    {
        fake::kernel endless{[](fake::bpf_call& call) -> long {
            call.store(16, std::uint64_t{5});
            return 0;
        }};
        auto const drained = map.drain([&](std::uint64_t value) { visited += value == 5 ? 1 : 100; });
        endless.stop();
        CHECK(*drained == 3);
        CHECK(endless.bpf_calls() == 3);
    }
    CHECK(visited == 3);
    int left = 2;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (left-- == 0) return -EPERM;
        call.store(16, std::uint64_t{5});
        return 0;
    }};
    auto const drained = map.drain([&](std::uint64_t) { ++visited; });
    kernel.stop();
    CHECK(drained.error() == error{errc::eperm, command::map_lookup_and_delete_elem});
    CHECK(visited == 5);
}

TEST_CASE("a bloom filter: the question is in the value, the hash functions in map_extra") {
    auto const filter = created<bloom_filter<std::uint32_t>>(
        {.max_entries = 100, .hash_functions = 3, .flags = map_flags::zero_seed},
        {.type = 30, .value_size = 4, .max_entries = 100, .flags = 1 << 6, .extra = 3});
    static_cast<void>(created<bloom_filter<std::uint32_t>>({.max_entries = 100}, {30, 0, 4, 100}));
    std::uint32_t const value = 7;
    makes(filter, {2, 0, address_of(&value), 0}, [&] { CHECK(filter.push(value)); });
    makes(filter, {1, 0, address_of(&value), 0}, [&] { CHECK(*filter.contains(value)); });
    makes(filter, {1, 0, address_of(&value), 0}, [&] { CHECK_FALSE(*filter.contains(value)); }, -ENOENT);
    makes(
        filter, {1, 0, address_of(&value), 0},
        [&] { CHECK(filter.contains(value).error() == error{errc::enomem, command::map_lookup_elem}); }, -ENOMEM);
}

TEST_CASE("a trie: no_prealloc, and keys as the kernel reads them") {
    auto const routes = created<lpm_trie<ipv4_prefix, std::uint32_t>>({.max_entries = 5}, {11, 8, 4, 5, 1});
    static_cast<void>(created<lpm_trie<ipv6_prefix, std::uint32_t>>({.max_entries = 5}, {11, 20, 4, 5, 1}));
    fake::kernel kernel{[](fake::bpf_call& call) -> long {
        auto const* const key = call.pointer<unsigned char>(8);
        std::uint32_t length = 0;
        std::memcpy(&length, key, 4);
        return length == 9 && key[4] == 10 && key[5] == 128 && key[6] == 0 && key[7] == 0 ? 0 : -EINVAL;
    }};
    auto const updated = routes.update("10.128.0.0/9"_ipv4, 1);
    kernel.stop();
    CHECK(updated);
}

TEST_CASE("stacks: flags and sizes by the kind of frame, a walk bounded by the rounded size") {
    auto const map = created<stack_trace_map<10>>({.max_entries = 5}, {7, 4, 80, 5});
    CHECK(map.max_entries() == 8);
    static_cast<void>(created<build_id_stack_map<10>>({.max_entries = 5}, {7, 4, 320, 5, 1 << 5}));
    std::uint32_t const key = 3;
    makes(map, {1, address_of(&key), anywhere, 0}, [&] { CHECK(map.lookup(key)); });
    makes(map, {3, address_of(&key), 0, 0}, [&] { CHECK(*map.erase(key)); });
    makes(map, {21, address_of(&key), anywhere, 0}, [&] { CHECK(map.take(key)); });
    auto const huge = created<stack_trace_map<1>>({.max_entries = 0xffff'ffff}, {7, 4, 8, 0xffff'ffff});
    CHECK(huge.max_entries() == 0xffff'ffff);
    fake::kernel endless{[](fake::bpf_call&) -> long { return 0; }};
    std::uint32_t seen = 0;
    auto const walked = map.for_each([&](std::uint32_t, stack_frames<std::uint64_t, 10> const&) { ++seen; });
    endless.stop();
    CHECK(walked.error() == error{errc::walk_bound_reached, command::map_get_next_key});
    CHECK(seen == 8);
}

TEST_CASE("local storage: no capacity, no_prealloc, BTF, and a descriptor's number for a key") {
    auto const btf = fd_ref<kind::btf>::from_raw(70);
    auto const sockets = created<sk_storage<std::uint64_t>>(
        {.btf = map_btf{btf, 1, 2}, .flags = map_flags::clone},
        {.type = 24, .key_size = 4, .value_size = 8, .flags = 1 | 1 << 9, .btf_fd = 70, .btf_key = 1, .btf_value = 2});
    auto const plain = [&](std::uint32_t type) {
        return creation{
            .type = type, .key_size = 4, .value_size = 8, .flags = 1, .btf_fd = 70, .btf_key = 1, .btf_value = 2};
    };
    static_cast<void>(created<inode_storage<std::uint64_t>>({.btf = map_btf{btf, 1, 2}}, plain(28)));
    static_cast<void>(created<task_storage<std::uint64_t>>({.btf = map_btf{btf, 1, 2}}, plain(29)));
    static_cast<void>(created<cgrp_storage<std::uint64_t>>({.btf = map_btf{btf, 1, 2}}, plain(32)));
    fake::kernel kernel{[](fake::bpf_call& call) -> long { return *call.pointer<int>(8) == 555 ? 0 : -EBADF; }};
    auto const updated = sockets.update(fd_ref<kind::socket>::from_raw(555), 1);
    kernel.stop();
    CHECK(updated);
    CHECK(kernel.only_bpf().field<std::uint64_t>(24) == 0);
}

TEST_CASE("cgroup storage: no capacity; a walk is not stopped by that, and ends where its own value goes") {
    auto const map = created<cgroup_storage<std::uint64_t>>({}, {19, 16, 8});
    static_cast<void>(created<shared_cgroup_storage<std::uint64_t>>({}, {19, 8, 8}));
    static_cast<void>(created<per_cpu_cgroup_storage<std::uint64_t>>({}, {21, 16, 8}));
    static_cast<void>(created<per_cpu_shared_cgroup_storage<std::uint64_t>>({}, {21, 8, 8}));
    cgroup_storage_key const key{7, attach_type::cgroup_inet_egress};
    std::uint64_t const value = 1;
    makes(map, {2, address_of(&key), address_of(&value), 2}, [&] { CHECK(*map.replace(key, value)); });
    makes(map, {2, address_of(&key), address_of(&value), 2}, [&] { CHECK_FALSE(*map.replace(key, value)); }, -ENOENT);
    std::uint64_t given = 0;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (call.command == 4) {
            if (given == 100) return -ENOENT;
            call.store(16, cgroup_storage_key{++given, attach_type::cgroup_inet_egress});
        }
        return 0;
    }};
    std::uint64_t seen = 0;
    auto const walked = map.for_each([&](cgroup_storage_key const&, std::uint64_t) { ++seen; });
    kernel.stop();
    CHECK(walked);
    CHECK(seen == 100);
}

struct functions {
    struct_ops_header common;
    std::uint64_t padding[7];
    struct_ops_function first, second;
};

TEST_CASE("struct_ops: one element under key 0, a link flag, the kernel's type") {
    auto const btf = fd_ref<kind::btf>::from_raw(70);
    auto const module = fd_ref<kind::btf>::from_raw(71);
    auto const map = created<struct_ops_map<functions>>(
        {.btf = btf, .value_type_id = 900},
        {.type = 26, .key_size = 4, .value_size = 80, .max_entries = 1, .btf_fd = 70, .vmlinux_value = 900});
    static_cast<void>(created<linked_struct_ops_map<functions>>({.btf = btf, .value_type_id = 900, .module = module},
                                                                {.type = 26,
                                                                 .key_size = 4,
                                                                 .value_size = 80,
                                                                 .max_entries = 1,
                                                                 .flags = 1 << 13 | 1 << 15,
                                                                 .btf_fd = 70,
                                                                 .vmlinux_value = 900,
                                                                 .module_btf = 71}));
    functions const value{{}, {}, fd_ref<kind::program>::from_raw(5), {}};
    CHECK(value.first.raw() == 5);
    makes(map, {2, anywhere, address_of(&value), 0}, [&] { CHECK(map.update(value)); });
    makes(map, {1, anywhere, anywhere, 0}, [&] { CHECK(map.lookup()); });
    makes(
        map, {1, anywhere, anywhere, 0},
        [&] { CHECK(map.lookup().error() == error{errc::enoent, command::map_lookup_elem}); }, -ENOENT);
    makes(map, {3, anywhere}, [&] { CHECK(*map.erase()); });
    makes(map, {3, anywhere}, [&] { CHECK_FALSE(*map.erase()); }, -ENOENT);
    makes(
        map, {3, anywhere}, [&] { CHECK(map.erase().error() == error{errc::einprogress, command::map_delete_elem}); },
        -EINPROGRESS);
    fake::kernel kernel{[](fake::bpf_call& call) -> long {
        if (*call.pointer<std::uint32_t>(8) != 0) return -EINVAL;
        functions there{};
        there.common = {3, struct_ops_state::in_use};
        call.store(16, there);
        return 0;
    }};
    auto const state = map.state();
    kernel.stop();
    CHECK(*state == struct_ops_state::in_use);
}

TEST_CASE("types that no kernel here has: the attributes that newer ones want") {
    auto const places = created<insn_array<>>({.max_entries = 4}, {34, 4, 16, 4});
    std::uint32_t const index = 2;
    insn_array_entry const place{.original_offset = 5};
    makes(places, {2, address_of(&index), address_of(&place), 0}, [&] { CHECK(places.update(index, place)); });
    makes(places, {1, address_of(&index), anywhere, 0}, [&] { CHECK(places.lookup(index)); });

    auto const table = created<rhash_map<std::uint32_t, std::uint64_t>>(
        {.max_entries = 100, .expected_entries = 10},
        {.type = 35, .key_size = 4, .value_size = 8, .max_entries = 100, .flags = 1, .extra = 10});
    std::uint32_t const key = 1;
    std::uint64_t const value = 2;
    makes(table, {2, address_of(&key), address_of(&value), 1}, [&] { CHECK(*table.insert(key, value)); });
    makes(table, {21, address_of(&key), anywhere, 0}, [&] { CHECK(table.take(key)); });
    fake::kernel lost{[](fake::bpf_call& call) -> long { return call.command == 24 ? -EAGAIN : -EINVAL; }};
    auto const walked = table.for_each([](std::uint32_t, std::uint64_t) {});
    lost.stop();
    CHECK(walked.error() == error{errc::eagain, command::map_lookup_batch});
}

/// Creates a map with every option that its noun has: a name "all", node 3, token 72, BTF 70, a hash of sevens.
template <class Map>
void passes_on(typename Map::options_type const& options, bool on_a_node = true) {
    bool hash_arrived = false;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        auto const* const hash = call.pointer<std::byte>(80);
        hash_arrived = hash != nullptr && std::count(hash, hash + 32, std::byte{7}) == 32;
        return new_descriptor();
    }};
    auto const made = Map::create(options);
    kernel.stop();
    CHECK(made);
    CHECK(hash_arrived);
    auto const& call = kernel.calls()[0];
    CHECK(call.field<std::uint32_t>(28) == 0x006c'6c61); // "all", on the little-endian machines that have the fake
    CHECK(call.field<std::uint32_t>(24) == (on_a_node ? 3 : 0));
    CHECK(((call.field<std::uint32_t>(16) & 1 << 2) != 0) == on_a_node);
    CHECK((call.field<std::uint32_t>(16) & 1 << 16) != 0);
    CHECK(call.field<std::uint32_t>(76) == 72);
    CHECK(call.field<std::uint32_t>(88) == 32);
}

TEST_CASE("every option of a noun reaches the kernel") {
    auto const btf = fd_ref<kind::btf>::from_raw(70);
    auto const token = fd_ref<kind::token>::from_raw(72);
    map_btf const types{btf, 1, 2};
    program_hash hash{};
    hash.fill(std::byte{7});
    passes_on<queue_map<int>>(
        {.name = "all", .max_entries = 1, .numa_node = 3, .token = token, .exclusive_program = hash});
    passes_on<bloom_filter<int>>(
        {.name = "all", .max_entries = 1, .numa_node = 3, .token = token, .exclusive_program = hash});
    passes_on<lpm_trie<ipv4_prefix, int>>(
        {.name = "all", .max_entries = 1, .numa_node = 3, .token = token, .exclusive_program = hash});
    passes_on<stack_trace_map<4>>(
        {.name = "all", .max_entries = 1, .numa_node = 3, .token = token, .exclusive_program = hash});
    passes_on<rhash_map<int, int>>(
        {.name = "all", .max_entries = 1, .numa_node = 3, .token = token, .exclusive_program = hash});
    passes_on<cgroup_storage<int>>({.name = "all", .numa_node = 3, .token = token, .exclusive_program = hash});
    passes_on<sk_storage<int>>({.name = "all", .btf = types, .token = token, .exclusive_program = hash}, false);
    passes_on<struct_ops_map<functions>>(
        {.name = "all", .btf = btf, .value_type_id = 3, .token = token, .exclusive_program = hash}, false);
    auto const with_types = [&](std::uint32_t type, std::uint32_t key_size, std::uint32_t flags) {
        return creation{.type = type,
                        .key_size = key_size,
                        .value_size = 4,
                        .max_entries = 1,
                        .flags = flags,
                        .btf_fd = 70,
                        .btf_key = 1,
                        .btf_value = 2};
    };
    static_cast<void>(created<bloom_filter<int>>({.max_entries = 1, .btf = types}, with_types(30, 0, 0)));
    static_cast<void>(created<rhash_map<int, int>>({.max_entries = 1, .btf = types}, with_types(35, 4, 1)));
    static_cast<void>(
        created<rhash_map<int, int>>({.max_entries = 1, .flags = map_flags::rdonly_prog}, {35, 4, 4, 1, 1 | 1 << 7}));
}

/// Answers every errno that the kernel has, one after another, to `operation`, which has to hand it on as a failure of
/// this command, but for those that mean something.
template <class Operation>
void hands_every_errno_on(command during, std::initializer_list<errc> meant, Operation&& operation) {
    for (long refused = 1; refused != 525; ++refused) {
        auto const code = static_cast<errc>(refused);
        fake::kernel kernel{[&](fake::bpf_call&) -> long { return -refused; }};
        auto const answered = operation();
        kernel.stop();
        CHECK(kernel.bpf_calls() == 1);
        if (std::find(meant.begin(), meant.end(), code) != meant.end())
            CHECK(answered);
        else
            CHECK(answered.error() == error{code, during});
    }
}

template <class Map>
void refuses_to_be_created(typename Map::options_type const& options) {
    hands_every_errno_on(command::map_create, {}, [&] { return Map::create(options); });
}

TEST_CASE("hostile: no noun is made of a refusal") {
    auto const btf = fd_ref<kind::btf>::from_raw(70);
    map_btf const types{btf, 1, 2};
    refuses_to_be_created<queue_map<int>>({.max_entries = 1});
    refuses_to_be_created<stack_map<int>>({.max_entries = 1});
    refuses_to_be_created<bloom_filter<int>>({.max_entries = 1});
    refuses_to_be_created<lpm_trie<ipv4_prefix, int>>({.max_entries = 1});
    refuses_to_be_created<stack_trace_map<4>>({.max_entries = 1});
    refuses_to_be_created<build_id_stack_map<4>>({.max_entries = 1});
    refuses_to_be_created<sk_storage<int>>({.btf = types});
    refuses_to_be_created<inode_storage<int>>({.btf = types});
    refuses_to_be_created<task_storage<int>>({.btf = types});
    refuses_to_be_created<cgrp_storage<int>>({.btf = types});
    refuses_to_be_created<cgroup_storage<int>>({});
    refuses_to_be_created<shared_cgroup_storage<int>>({});
    refuses_to_be_created<per_cpu_cgroup_storage<int>>({});
    refuses_to_be_created<per_cpu_shared_cgroup_storage<int>>({});
    refuses_to_be_created<struct_ops_map<functions>>({.btf = btf, .value_type_id = 3});
    refuses_to_be_created<linked_struct_ops_map<functions>>({.btf = btf, .value_type_id = 3});
    refuses_to_be_created<insn_array<>>({.max_entries = 1});
    refuses_to_be_created<rhash_map<int, int>>({.max_entries = 1});
}

template <class Map>
void queue_refuses(Map const& map) {
    using enum errc;
    int visited = 0;
    hands_every_errno_on(command::map_update_elem, {e2big}, [&] { return map.push(1); });
    hands_every_errno_on(command::map_update_elem, {}, [&] { return map.push_dropping_oldest(1); });
    hands_every_errno_on(command::map_lookup_elem, {enoent}, [&] { return map.peek(); });
    hands_every_errno_on(command::map_lookup_and_delete_elem, {enoent}, [&] { return map.pop(); });
    hands_every_errno_on(command::map_lookup_and_delete_elem, {enoent},
                         [&] { return map.drain([&](int) { ++visited; }); });
    CHECK(visited == 0);
}

TEST_CASE("hostile: queues, stacks and filters hand every errno on") {
    queue_refuses(created<queue_map<int>>({.max_entries = 2}, {22, 0, 4, 2}));
    queue_refuses(created<stack_map<int>>({.max_entries = 2}, {23, 0, 4, 2}));
    auto const filter = created<bloom_filter<int>>({.max_entries = 2}, {30, 0, 4, 2});
    hands_every_errno_on(command::map_update_elem, {}, [&] { return filter.push(1); });
    hands_every_errno_on(command::map_lookup_elem, {errc::enoent}, [&] { return filter.contains(1); });
}

/// The element operations that all maps with keys have.
template <class Map>
void keyed_refuses(Map const& map, typename Map::key_type const& key, typename Map::value_type const& value = {}) {
    using enum errc;
    hands_every_errno_on(command::map_lookup_elem, {enoent}, [&] { return map.lookup(key); });
    hands_every_errno_on(command::map_lookup_elem, {enoent}, [&] { return map.contains(key); });
    if constexpr (requires { map.update(key, value); })
        hands_every_errno_on(command::map_update_elem, {}, [&] { return map.update(key, value); });
    if constexpr (requires { map.insert(key, value); })
        hands_every_errno_on(command::map_update_elem, {eexist}, [&] { return map.insert(key, value); });
    if constexpr (requires { map.replace(key, value); })
        hands_every_errno_on(command::map_update_elem, {enoent}, [&] { return map.replace(key, value); });
    if constexpr (requires { map.erase(key); })
        hands_every_errno_on(command::map_delete_elem, {enoent}, [&] { return map.erase(key); });
    if constexpr (requires { map.take(key); })
        hands_every_errno_on(command::map_lookup_and_delete_elem, {enoent}, [&] { return map.take(key); });
}

TEST_CASE("hostile: maps with keys hand every errno on") {
    map_btf const types{fd_ref<kind::btf>::from_raw(70), 1, 2};
    keyed_refuses(
        *[] {
            fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
            return lpm_trie<ipv4_prefix, int>::create({.max_entries = 1});
        }(),
        "10.0.0.0/8"_ipv4);
    auto const made = []<class Map>(typename Map::options_type const& options) {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
        return std::move(*Map::create(options));
    };
    keyed_refuses(made.operator()<stack_trace_map<4>>({.max_entries = 1}), 7);
    keyed_refuses(made.operator()<build_id_stack_map<4>>({.max_entries = 1}), 7);
    keyed_refuses(made.operator()<sk_storage<int>>({.btf = types}), fd_ref<kind::socket>::from_raw(71));
    keyed_refuses(made.operator()<inode_storage<int>>({.btf = types}), fd_ref<kind::file>::from_raw(71));
    keyed_refuses(made.operator()<task_storage<int>>({.btf = types}), fd_ref<kind::task>::from_raw(71));
    keyed_refuses(made.operator()<cgrp_storage<int>>({.btf = types}), fd_ref<kind::cgroup>::from_raw(71));
    keyed_refuses(made.operator()<cgroup_storage<int>>({}), {7, attach_type::cgroup_inet_egress});
    keyed_refuses(made.operator()<shared_cgroup_storage<int>>({}), 7);
    keyed_refuses(made.operator()<insn_array<>>({.max_entries = 1}), 0);
    keyed_refuses(made.operator()<rhash_map<int, int>>({.max_entries = 1}), 7);
}

TEST_CASE("hostile: struct_ops hand every errno on") {
    auto const btf = fd_ref<kind::btf>::from_raw(70);
    auto const map = created<struct_ops_map<functions>>(
        {.btf = btf, .value_type_id = 900},
        {.type = 26, .key_size = 4, .value_size = 80, .max_entries = 1, .btf_fd = 70, .vmlinux_value = 900});
    hands_every_errno_on(command::map_update_elem, {}, [&] { return map.update({}); });
    hands_every_errno_on(command::map_lookup_elem, {}, [&] { return map.lookup(); });
    hands_every_errno_on(command::map_lookup_elem, {}, [&] { return map.state(); });
    hands_every_errno_on(command::map_delete_elem, {errc::enoent}, [&] { return map.erase(); });
}

TEST_CASE("hostile: a kernel that fills a stack to the brim, or with nothing, gives no frame beyond it") {
    auto const map = created<stack_trace_map<10>>({.max_entries = 5}, {7, 4, 80, 5});
    for (int const byte : {0x00, 0xff}) {
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            std::memset(call.pointer<void>(16), byte, 80);
            return 0;
        }};
        auto const found = map.lookup(1);
        kernel.stop();
        CHECK((*found)->size() == (byte == 0 ? 0 : 10));
        CHECK((*found)->empty() == (byte == 0));
        std::uint64_t seen = 0;
        for (auto const address : **found) seen += address == ~std::uint64_t{0} ? 1 : 100;
        CHECK(seen == (byte == 0 ? 0 : 10));
    }
    auto const ids = created<build_id_stack_map<3>>({.max_entries = 5}, {7, 4, 96, 5, 1 << 5});
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        std::memset(call.pointer<void>(16), 0xff, 96); // statuses that nobody knows
        return 0;
    }};
    auto const found = ids.take(1);
    kernel.stop();
    CHECK((*found)->size() == 3);
}

} // namespace
