// Every call of iterators and of struct_ops links as the kernel sees it.
#include <bpfxx/link/iterator_run.hpp>
#include <bpfxx/link/struct_ops.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace bpfxx;

constexpr std::uint32_t link_create = 28, link_update = 29, iter_create = 33;

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

template <class Handle, class Kind>
Handle made() {
    return Handle::adopt_unchecked(*owned_fd<Kind>::adopt_raw(new_descriptor()));
}

/// What the kernel reads where `iter_info` points, before the call returns.
struct seen {
    std::uint32_t command = 0, size = 0, length = 0;
    std::int32_t program = 0;
    std::uint32_t target = 0, type = 0, flags = 0;
    std::uint32_t words[4]{};
};

template <class Hook>
seen attach(iter_program const& program, Hook const& hook) {
    seen got;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        got.command = call.command;
        got.size = call.size;
        got.program = call.field<std::int32_t>(0);
        got.target = call.field<std::uint32_t>(4);
        got.type = call.field<std::uint32_t>(8);
        got.flags = call.field<std::uint32_t>(12);
        got.length = call.field<std::uint32_t>(24);
        if (auto const* info = call.pointer<std::byte const>(16)) std::memcpy(got.words, info, got.length);
        return new_descriptor();
    }};
    auto const link = program.attach(hook);
    kernel.stop();
    CHECK(link);
    CHECK(kernel.bpf_calls() == 1);
    CHECK(got.command == link_create);
    CHECK(got.size == 32);
    CHECK(got.program == program.fd().raw());
    CHECK(got.target == 0);
    CHECK(got.type == 28);
    CHECK(got.flags == 0);
    return got;
}

} // namespace

TEST_CASE("each iterator hook passes its parameters and their size") {
    auto const program = made<iter_program, kind::program>();
    CHECK(attach(program, iter_hook{}).length == 0);

    auto const over_map = attach(program, map_iter_hook{.map = borrow_raw<kind::map>(55)});
    CHECK(over_map.length == 4);
    CHECK(over_map.words[0] == 55);

    auto const by_id =
        attach(program, cgroup_iter_hook{.order = cgroup_iter_order::ancestors_up, .cgroup_id = 0x1'0000'0002});
    CHECK(by_id.length == 16);
    CHECK(by_id.words[0] == 4);
    CHECK(by_id.words[1] == 0);
    CHECK(by_id.words[2] == 2);
    CHECK(by_id.words[3] == 1);
    auto const by_fd = attach(
        program, cgroup_iter_hook{.order = cgroup_iter_order::self_only, .cgroup = borrow_raw<kind::cgroup>(66)});
    CHECK(by_fd.words[0] == 1);
    CHECK(by_fd.words[1] == 66);

    auto const thread = attach(program, task_iter_hook{.thread = 77});
    CHECK(thread.length == 12);
    CHECK(thread.words[0] == 77);
    CHECK(attach(program, task_iter_hook{.process = 88}).words[1] == 88);
    CHECK(attach(program, task_iter_hook{.process_fd = borrow_raw<kind::task>(99)}).words[2] == 99);
}

TEST_CASE("a run starts from its link") {
    auto const link = made<iter_link, kind::link>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const run = iterator_run::start(link);
    kernel.stop();
    REQUIRE(run);
    CHECK(kernel.only_bpf().command == iter_create);
    CHECK(kernel.only_bpf().size == 8);
    CHECK(kernel.only_bpf().field<std::int32_t>(0) == link.fd().raw());
    CHECK(kernel.only_bpf().field<std::uint32_t>(4) == 0);
    CHECK(run->fd().raw() == kernel.only_bpf().result);
}

TEST_CASE("a run that cannot start names the call") {
    auto const link = made<iter_link, kind::link>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ENOENT; }};
    auto const refused = iterator_run::start(link);
    kernel.stop();
    CHECK(refused.error() == error{errc::enoent, command::iter_create});
}

TEST_CASE("update passes the new program, and the one expected with BPF_F_REPLACE") {
    auto link = made<iter_link, kind::link>();
    auto const next = made<iter_program, kind::program>();
    auto const old = made<iter_program, kind::program>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    auto const updated = link.update(next);
    auto const replaced = link.update(next, old);
    kernel.stop();
    CHECK(updated);
    CHECK(replaced);
    REQUIRE(kernel.bpf_calls() == 2);
    for (std::size_t i = 0; i != 2; ++i) {
        auto const& call = kernel.calls()[i];
        CHECK(call.command == link_update);
        CHECK(call.size == 16);
        CHECK(call.field<std::int32_t>(0) == link.fd().raw());
        CHECK(call.field<std::int32_t>(4) == next.fd().raw());
        CHECK(call.field<std::uint32_t>(8) == (i == 0 ? 0 : 4));
        CHECK(call.field<std::int32_t>(12) == (i == 0 ? 0 : old.fd().raw()));
    }
}

namespace {

struct value {
    struct_ops_header common;
    std::uint64_t rest[7];
};
using functions = linked_struct_ops_map<value>;

} // namespace

TEST_CASE("a struct_ops link is made of a map alone, and updated by maps") {
    // The first answers to the questions that a map asks when it is taken over.
    auto const map = [] {
        fake::kernel kernel{[](fake::bpf_call& call) -> long {
            auto* const out = call.pointer<std::byte>(8);
            std::uint32_t const info[]{26, 5, 4, 64, 1, 1u << 13};
            std::memcpy(out, info, sizeof info);
            call.put(4, 88u);
            return 0;
        }};
        auto adopted = functions::adopt(*owned_fd<kind::map>::adopt_raw(new_descriptor()));
        kernel.stop();
        return std::move(adopted).value();
    }();
    fake::kernel kernel{
        [](fake::bpf_call& call) -> long { return call.command == link_create ? new_descriptor() : 0; }};
    auto link = attach(map);
    auto const updated = link->update(map);
    auto const replaced = link->update(map, map);
    kernel.stop();
    REQUIRE(link);
    CHECK(updated);
    CHECK(replaced);
    REQUIRE(kernel.bpf_calls() == 3);
    auto const& create = kernel.calls()[0];
    CHECK(create.size == 16);
    CHECK(create.field<std::int32_t>(0) == map.fd().raw());
    CHECK(create.field<std::uint32_t>(4) == 0);
    CHECK(create.field<std::uint32_t>(8) == 44);
    CHECK(create.field<std::uint32_t>(12) == 0);
    auto const& plain = kernel.calls()[1];
    CHECK(plain.field<std::int32_t>(0) == link->fd().raw());
    CHECK(plain.field<std::int32_t>(4) == map.fd().raw());
    CHECK(plain.field<std::uint64_t>(8) == 0);
    auto const& expecting = kernel.calls()[2];
    CHECK(expecting.field<std::uint32_t>(8) == 4);
    CHECK(expecting.field<std::int32_t>(12) == map.fd().raw());
}
