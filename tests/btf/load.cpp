// Type information made from C++ types, before the running kernel and bpftool.
// SPDX-License-Identifier: BSL-1.0

#include "kernel/support/skip.hpp"
#include "running_kernel.hpp"

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/describe.hpp>
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/btf/matching_layout.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/special.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/info/btf.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
namespace attr = bpfxx::sys::attr;
using bpfxx::errc;
using bpfxx::map_type;

enum class verdict : std::uint8_t { pass, drop };
struct flow {
    std::uint32_t saddr, daddr;
    std::uint16_t sport, dport;
    std::uint32_t proto;
};
struct stats {
    std::uint64_t packets, bytes;
    verdict last;
    bool seen;
    char label[14];
    std::uint32_t ports[2];
};
namespace moved {
struct stats {
    std::uint64_t packets;
    verdict last;
    bool seen;
    char label[14];
    std::uint64_t bytes;
    std::uint32_t ports[2];
};
} // namespace moved
static_assert(sizeof(stats) == sizeof(moved::stats));

using flow_map = bpfxx::hash_map<flow, stats>;

bpfxx::result<flow_map> make_flows() {
    auto const types = btf::load<flow, stats>();
    REQUIRE(types);
    return flow_map::create({.name = "flows", .max_entries = 16, .btf = types->btf()});
}

bpfxx::sys::info::map info_of(bpfxx::fd_ref<bpfxx::kind::map> map) {
    auto const info = bpfxx::sys::get_info<bpfxx::sys::info::map>(map);
    REQUIRE(info);
    return **info;
}

template <class Types>
concept lends_btf = requires(Types types) { static_cast<Types&&>(types).btf(); };
static_assert(lends_btf<btf::map_types const&> && !lends_btf<btf::map_types>);

TEST_CASE("a blob that the builder makes is taken, one that lies is refused with a log") {
    static constexpr auto sound = [] {
        btf::builder<> to;
        auto const number = to.int_("int", 4, btf::int_encoding::is_signed);
        auto const real = to.float_("double", 8);
        auto const pointer = to.ptr(btf::void_id);
        to.struct_("node", 40, {{"value", real, 0}, {"next", pointer, 64}, {"row", to.array(number, number, 6), 128}});
        to.struct_("fields", 4, {{"low", number, 0, 3}, {"high", number, 3, 29}});
        to.struct_("open", 4, {{"length", number, 0}, {"rest", to.array(number, number, 0), 32}});
        to.union_("either", 8, {{"real", real}, {"pointer", pointer}});
        to.enum_("color", 1, {{"red", 0}, {"green", 200}});
        to.enum_("wide", 8, {{"huge", 0x1'0000'0002}});
        to.enum_("below", 4, {{"minus", -1}});
        to.fwd("later");
        to.typedef_("number_t", to.const_(to.volatile_(number)));
        to.ptr(to.type_tag("user", number));
        auto const prototype = to.func_proto(number, {{"first", number}, {"second", pointer}});
        auto const function = to.func("callback", prototype, btf::linkage::global);
        to.decl_tag("a tag", function, 1);
        to.datasec(".data", 8, {{to.var("counter", number, btf::linkage::global), 4, 4}});
        return to.finish();
    }();
    std::vector<char> log(65'536);
    auto const loaded = btf::load(sound, {.log = log});
    INFO(log.data());
    REQUIRE(loaded);

    btf::builder<> wrong;
    wrong.struct_("holds_void", 8, {{"nothing", btf::void_id, 0}});
    auto const lie = wrong.finish();
    auto const refused = btf::load(lie, {.log = log});
    REQUIRE(!refused);
    CHECK(refused.error() == bpfxx::error{errc::einval, bpfxx::command::btf_load});
    CHECK(std::string_view{log.data()}.find("holds_void") != std::string_view::npos);
    CHECK(!btf::load({}));

    char short_log[128] = "before"; // with less, kernels before 6.4 refuse the call
    auto const cut = btf::load(sound, {.log = short_log});
    REQUIRE(!cut);
    CHECK(cut.error().code == errc::enospc);
}

TEST_CASE("what a token would allow is asked of the token") {
    // The descriptor is none of a token: kernels that know tokens refuse it, and older ones the attribute.
    auto const types = btf::load<flow, stats>();
    REQUIRE(types);
    auto const no_token = bpfxx::fd_ref<bpfxx::kind::token>::from_raw(types->fd().raw());
    auto const refused = btf::load<flow, stats>({.token = no_token});
    REQUIRE(!refused);
    CHECK((refused.error().code == errc::einval || refused.error().code == errc::e2big));
}

TEST_CASE("the BTF of a map, read back, has the members of the C++ types") {
    auto const flows = make_flows();
    REQUIRE(flows);
    auto const info = info_of(flows->fd());
    REQUIRE(info.btf_id != bpfxx::btf_id{});

    auto const opened = bpfxx::sys::call(attr::btf_get_fd_by_id{.btf_id = info.btf_id});
    REQUIRE(opened);
    std::vector<std::byte> bytes(65'536);
    auto const found = bpfxx::sys::get_info<bpfxx::sys::info::btf>(
        *opened, {.bytes = bytes.data(), .btf_size = static_cast<std::uint32_t>(bytes.size())});
    REQUIRE(found);
    bytes.resize((*found)->btf_size);
    auto const view = btf::view::parse(bytes);
    REQUIRE(view);
    std::vector<std::uint32_t> storage(view->index_size());
    auto const types = view->index(storage);
    REQUIRE(types);
    auto const key = types->type(btf::type_id{info.btf_key_type_id});
    auto const value = types->type(btf::type_id{info.btf_value_type_id});
    CHECK(key.name() == "flow");
    CHECK(value.name() == "stats");
    REQUIRE(btf::find_member(key, "dport"));
    CHECK(btf::find_member(key, "dport")->bit_offset() == offsetof(flow, dport) * 8);
    REQUIRE(btf::find_member(value, "ports"));
    CHECK(btf::find_member(value, "ports")->bit_offset() == offsetof(stats, ports) * 8);
}

/// What a command prints, errors included; empty where it cannot be run.
std::string output_of(std::string const& command) {
    std::string text;
    FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return text;
    char chunk[512];
    while (std::fgets(chunk, sizeof chunk, pipe) != nullptr) text += chunk;
    return pclose(pipe) == 0 ? text : std::string{};
}

/// Without white space, so that two layouts of JSON compare alike.
std::string squeezed(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
    return text;
}

TEST_CASE("bpftool prints members by name") {
    if (output_of("bpftool version").empty()) return support::skip("bpftool cannot be run");
    auto const flows = make_flows();
    REQUIRE(flows);
    REQUIRE(flows->update({1, 2, 3, 4, 6}, {64, 4096, verdict::drop, true, "upstream", {80, 443}}));
    auto const id = flows->id();
    REQUIRE(id);
    auto const text = squeezed(output_of("bpftool map dump id " + std::to_string(static_cast<std::uint32_t>(*id))));
    INFO(text);
    CHECK(text.find(R"("key":{"saddr":1,"daddr":2,"sport":3,"dport":4,"proto":6})") != std::string::npos);
    CHECK(text.find(R"("packets":64,"bytes":4096)") != std::string::npos);
    CHECK(text.find("drop") != std::string::npos);
    CHECK(text.find(R"("seen":true)") != std::string::npos);
    CHECK(text.find("upstream") != std::string::npos);
    CHECK(text.find(R"("ports":[80,443])") != std::string::npos);
}

TEST_CASE("local storage maps are created with the BTF that they need, and not without") {
    struct tracked {
        std::uint64_t since;
        std::uint32_t count;
        std::uint32_t zero;
    };
    auto const types = btf::load<bpfxx::fd_ref<bpfxx::kind::task>, tracked>();
    REQUIRE(types);
    for (map_type const type :
         {map_type::sk_storage, map_type::task_storage, map_type::inode_storage, map_type::cgrp_storage}) {
        CAPTURE(static_cast<std::uint32_t>(type));
        attr::map_create request{.map_type = type,
                                 .key_size = sizeof(int),
                                 .value_size = sizeof(tracked),
                                 .flags = bpfxx::map_flags::no_prealloc};
        auto const bare = bpfxx::sys::call(request);
        CHECK((!bare && bare.error().code == errc::einval));
        request.btf_fd = types->fd();
        request.btf_key_type_id = btf::number(types->key());
        request.btf_value_type_id = btf::number(types->value());
        auto const made = bpfxx::sys::call(request);
        bool const lacks_type = !made && type == map_type::cgrp_storage && made.error().code == errc::einval;
        CHECK((made || lacks_type));
    }
}

TEST_CASE("values with a lock are read and written under it") {
    struct guarded {
        std::uint64_t count;
        bpfxx::spin_lock lock;
        std::uint32_t last;
    };
    static_assert(bpfxx::has_spin_lock<guarded>);
    auto const types = btf::load<std::uint32_t, guarded>();
    REQUIRE(types);
    attr::map_create request{
        .map_type = map_type::array, .key_size = 4, .value_size = sizeof(guarded), .max_entries = 2};
    auto const bare = bpfxx::sys::call(request);
    REQUIRE(bare);
    request.btf_fd = types->fd();
    request.btf_key_type_id = btf::number(types->key());
    request.btf_value_type_id = btf::number(types->value());
    auto const map = bpfxx::sys::call(request);
    REQUIRE(map);

    std::uint32_t const key = 1;
    guarded value{7, {}, 9};
    auto const update = [&](bpfxx::owned_fd<bpfxx::kind::map> const& to) {
        return bpfxx::sys::call(
            attr::map_update_elem{.map_fd = to, .key = &key, .value = &value, .flags = bpfxx::element_flags::lock});
    };
    auto const unlocked = update(*bare);
    CHECK((!unlocked && unlocked.error().code == errc::einval));
    CHECK(update(*map));
    guarded read{};
    CHECK(bpfxx::sys::call(
        attr::map_lookup_elem{.map_fd = *map, .key = &key, .value = &read, .flags = bpfxx::element_flags::lock}));
    CHECK(read.count == 7);
    CHECK(read.last == 9);
}

TEST_CASE("the kernel finds timers and work queues by their names") {
    struct timed {
        bpfxx::timer expiry;
        std::uint64_t count;
    };
    struct queued {
        bpfxx::workqueue work;
        std::uint64_t count;
    };
    // A timer is refused in a map that cannot free it, so being refused shows that it was found.
    auto const create = [](map_type type, bpfxx::result<btf::map_types> const& types, std::uint32_t value_size) {
        REQUIRE(types);
        return bpfxx::sys::call(attr::map_create{.map_type = type,
                                                 .key_size = 4,
                                                 .value_size = value_size,
                                                 .max_entries = 1,
                                                 .btf_fd = types->fd(),
                                                 .btf_key_type_id = btf::number(types->key()),
                                                 .btf_value_type_id = btf::number(types->value())});
    };
    auto const timers = btf::load<std::uint32_t, timed>();
    CHECK(create(map_type::array, timers, sizeof(timed)));
    auto const per_cpu = create(map_type::percpu_array, timers, sizeof(timed));
    CHECK((!per_cpu && per_cpu.error().code == errc::eopnotsupp));
    auto const queues = btf::load<std::uint32_t, queued>();
    CHECK(create(map_type::array, queues, sizeof(queued)));
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr || !btf::find(kernel->view(), btf::kind::struct_, "bpf_wq"))
        return support::skip("work queues need Linux 6.10, and seeing that they are known its BTF");
    auto const per_cpu_queues = create(map_type::percpu_array, queues, sizeof(queued));
    CHECK((!per_cpu_queues && per_cpu_queues.error().code == errc::eopnotsupp));
}

TEST_CASE("arrays take their key's BTF, and a bloom filter's key is void") {
    auto const types = btf::load<std::uint32_t, stats>();
    REQUIRE(types);
    CHECK(bpfxx::array_map<stats>::create({.max_entries = 2, .btf = types->btf()}));

    auto const keyless = btf::load<void, std::uint32_t>();
    REQUIRE(keyless);
    CHECK(keyless->key() == btf::void_id);
    auto const filter = bpfxx::sys::call(attr::map_create{.map_type = map_type::bloom_filter,
                                                          .value_size = 4,
                                                          .max_entries = 16,
                                                          .btf_fd = keyless->fd(),
                                                          .btf_value_type_id = btf::number(keyless->value())});
    CHECK(filter);
}

// matching_layout -------------------------------------------------------------------------------------------------------

TEST_CASE("a map opens with the types that it was made with, and names the member that moved otherwise") {
    auto const flows = make_flows();
    REQUIRE(flows);
    auto const id = flows->id();
    REQUIRE(id);
    std::array<std::byte, 8192> room{};
    CHECK(flow_map::open(*id, btf::matching_layout{room}));

    using moved_map = bpfxx::hash_map<flow, moved::stats>;
    CHECK(moved_map::open(*id)); // the sizes agree, so nothing but the BTF can tell
    auto const refused = moved_map::open(*id, btf::matching_layout{room});
    REQUIRE(!refused);
    bpfxx::error const failure = refused.error();
    CHECK(failure == bpfxx::error{errc::layout_differs, bpfxx::command::obj_get_info_by_fd});
    CHECK(refused.error().difference.member() == "value.last");
    CHECK(refused.error().difference.text().view() ==
          "value.last: 1 byte at offset 8 in C++, 1 byte at offset 16 in BTF");

    struct other_key {
        std::uint32_t saddr, daddr;
        std::uint32_t proto;
        std::uint16_t sport, dport;
    };
    auto const other = bpfxx::hash_map<other_key, stats>::open(*id, btf::matching_layout{room});
    REQUIRE(!other);
    CHECK(other.error().difference.member() == "key.proto");

    struct renamed_key {
        std::uint32_t from, to;
        std::uint16_t from_port, to_port;
        std::uint32_t kind;
    };
    using renamed_map = bpfxx::hash_map<renamed_key, stats>;
    CHECK(renamed_map::open(*id, btf::matching_layout{room}));
    auto const named = renamed_map::open(*id, btf::matching_layout{.room = room, .options = {.names = true}});
    REQUIRE(!named);
    CHECK(named.error().difference.member() == "key.from");

    // Sizes are checked before.
    auto const size = bpfxx::hash_map<std::uint32_t, stats>::open(*id, btf::matching_layout{room});
    REQUIRE(!size);
    CHECK(size.error().failure.code == errc::key_size_differs);
}

TEST_CASE("a room that is too small says how much is enough, wherever it starts") {
    auto const flows = make_flows();
    REQUIRE(flows);
    auto const info = info_of(flows->fd());
    std::vector<std::byte> room(8192);
    for (std::size_t start = 0; start != 4; ++start) {
        std::size_t enough = 0;
        for (std::size_t size = 0; size != 2048; ++size) {
            btf::matching_layout const check{std::span{room}.subspan(start, size)};
            auto const fits = check.operator()<flow, stats>(flows->fd(), info);
            if (fits) {
                enough = size;
                break;
            }
            REQUIRE(fits.error().failure.code == errc::buffer_too_small);
            std::size_t const needed = fits.error().room_needed;
            REQUIRE(needed > size);
            btf::matching_layout const again{std::span{room}.subspan(start, needed)};
            REQUIRE(again.operator()<flow, stats>(flows->fd(), info));
        }
        CHECK(enough != 0);
    }
}

TEST_CASE("a map without BTF is taken at its word unless BTF is required") {
    auto const plain = flow_map::create({.max_entries = 1});
    REQUIRE(plain);
    auto const id = plain->id();
    REQUIRE(id);
    CHECK(flow_map::open(*id, btf::matching_layout{{}}));
    std::array<std::byte, 1024> room{};
    auto const refused = flow_map::open(*id, btf::matching_layout{.room = room, .required = true});
    REQUIRE(!refused);
    auto const flows = make_flows();
    REQUIRE(flows);
    auto const with_btf = flows->id();
    REQUIRE(with_btf);
    CHECK(flow_map::open(*with_btf, btf::matching_layout{.room = room, .required = true}));
    CHECK(refused.error().failure.code == errc::enodata);
}

} // namespace
