// Each way to attach a program to a function as the kernel sees it, and what it may say of the link.
#include <bpfxx/link/btf_tracepoint.hpp>
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace {

using namespace bpfxx;

constexpr std::uint32_t get_info = 15, raw_tracepoint_open = 17, link_create = 28;

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

template <class Program>
Program make_program() {
    return Program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

struct expected_call {
    std::uint32_t attach_type = 0;
    std::int32_t target = 0;
    std::uint32_t function = 0;
    std::uint64_t cookie = 0;
};

template <class Program, class Hook>
void creates_a_link(Hook const& hook, expected_call const& expected) {
    auto const program = make_program<Program>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const link = program.attach(hook);
    kernel.stop();
    REQUIRE(link);
    auto const& call = kernel.calls()[0];
    REQUIRE(kernel.bpf_calls() == 1);
    CHECK(call.command == link_create);
    CHECK(call.size == 32);
    CHECK(call.field<std::int32_t>(0) == program.fd().raw());
    CHECK(call.field<std::int32_t>(4) == expected.target);
    CHECK(call.field<std::uint32_t>(8) == expected.attach_type);
    CHECK(call.field<std::uint32_t>(12) == 0);
    CHECK(call.field<std::uint32_t>(16) == expected.function);
    CHECK(call.field<std::uint32_t>(20) == 0);
    CHECK(call.field<std::uint64_t>(24) == expected.cookie);
    CHECK(link->fd().raw() == call.result);
}

template <class Program, class Hook>
void opens_a_raw_tracepoint(Hook const& hook) {
    auto const program = make_program<Program>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const link = program.attach(hook);
    kernel.stop();
    REQUIRE(link);
    auto const& call = kernel.calls()[0];
    REQUIRE(kernel.bpf_calls() == 1);
    CHECK(call.command == raw_tracepoint_open);
    CHECK(call.size == 24);
    CHECK(call.field<std::uint64_t>(0) == 0);
    CHECK(call.field<std::int32_t>(8) == program.fd().raw());
    CHECK(call.field<std::uint32_t>(12) == 0);
    CHECK(call.field<std::uint64_t>(16) == 0);
    CHECK(link->fd().raw() == call.result);
}

/// What a kernel of a certain age knows of a link.
struct told {
    std::uint32_t length = 64;
    std::uint32_t object = 0;
    std::uint32_t function = 0;
    std::uint64_t cookie = 0;
};

result<tracing_info> info_where(told const& answers) {
    auto const link = tracing_link::adopt_unchecked(*owned_fd<kind::link>::adopt_raw(new_descriptor()));
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        auto* const out = call.pointer<std::byte>(8);
        auto const asked = call.field<std::uint32_t>(4);
        auto const put = [&](std::size_t offset, auto value) {
            if (offset + sizeof value <= asked && offset + sizeof value <= answers.length)
                std::memcpy(out + offset, &value, sizeof value);
        };
        put(0, 2u);
        put(4, 77u);
        put(8, 88u);
        put(16, 25u);
        put(20, answers.object);
        put(24, answers.function);
        put(32, answers.cookie);
        call.put(4, asked < answers.length ? asked : answers.length);
        return 0;
    }};
    auto const info = link.info();
    kernel.stop();
    CHECK(kernel.only_bpf().command == get_info);
    CHECK(kernel.only_bpf().field<std::int32_t>(0) == link.fd().raw());
    CHECK(kernel.only_bpf().field<std::uint32_t>(4) == 40);
    return info;
}

} // namespace

TEST_CASE("each kind of program names its own place, and the cookie") {
    creates_a_link<fentry_program>(tracing_hook{.cookie = 0x1122'3344'5566'7788},
                                   {.attach_type = 24, .cookie = 0x1122'3344'5566'7788});
    creates_a_link<fexit_program>(tracing_hook{}, {.attach_type = 25});
    creates_a_link<modify_return_program>(tracing_hook{.cookie = 7}, {.attach_type = 26, .cookie = 7});
    creates_a_link<lsm_mac_program>(tracing_hook{}, {.attach_type = 27});
    creates_a_link<btf_tracepoint_program>(btf_tracepoint_hook{.cookie = 7}, {.attach_type = 23, .cookie = 7});
    creates_a_link<btf_tracepoint_program>(btf_tracepoint_hook{}, {.attach_type = 23});
}

TEST_CASE("an extension names its target where it is not that of loading") {
    creates_a_link<ext_program>(ext_hook{}, {});
    creates_a_link<ext_program>(
        ext_hook{.target = fd_ref<kind::program>::from_raw(41), .function = btf::type_id{9}, .cookie = 7},
        {.target = 41, .function = 9, .cookie = 7});
}

TEST_CASE("the older call has no name and no cookie") {
    opens_a_raw_tracepoint<fentry_program>(tracing_hook_without_cookie{});
    opens_a_raw_tracepoint<fexit_program>(tracing_hook_without_cookie{});
    opens_a_raw_tracepoint<modify_return_program>(tracing_hook_without_cookie{});
    opens_a_raw_tracepoint<lsm_mac_program>(tracing_hook_without_cookie{});
    opens_a_raw_tracepoint<ext_program>(tracing_hook_without_cookie{});
    opens_a_raw_tracepoint<btf_tracepoint_program>(btf_tracepoint_hook_without_cookie{});
}

TEST_CASE("what the kernel refuses is handed on, with the call") {
    auto const fentry = make_program<fentry_program>();
    auto const tracepoint = make_program<btf_tracepoint_program>();
    auto const ext = make_program<ext_program>();
    for (int const code : {EPERM, ENOENT, EBUSY, E2BIG, EINVAL}) {
        CAPTURE(code);
        fake::kernel kernel{[&](fake::bpf_call&) -> long { return -code; }};
        auto const by_link = fentry.attach(tracing_hook{});
        auto const by_open = fentry.attach(tracing_hook_without_cookie{});
        auto const tracepoint_by_link = tracepoint.attach(btf_tracepoint_hook{});
        auto const tracepoint_by_open = tracepoint.attach(btf_tracepoint_hook_without_cookie{});
        auto const extended = ext.attach(ext_hook{});
        kernel.stop();
        error const create{static_cast<errc>(code), command::link_create};
        error const open{static_cast<errc>(code), command::raw_tracepoint_open};
        CHECK(by_link.error() == create);
        CHECK(by_open.error() == open);
        CHECK(tracepoint_by_link.error() == create);
        CHECK(tracepoint_by_open.error() == open);
        CHECK(extended.error() == create);
    }
}

TEST_CASE("info tells what this kernel knows") {
    auto const all = info_where({.object = 5, .function = 6, .cookie = 9});
    REQUIRE(all);
    CHECK(all->id == link_id{77});
    CHECK(all->program == program_id{88});
    CHECK(all->attach_type == attach_type::trace_fexit);
    CHECK(all->target_object == 5u);
    CHECK(all->target_function == btf::type_id{6});
    CHECK(all->cookie == 9u);

    auto const no_cookie = info_where({.object = 5, .function = 6});
    CHECK(no_cookie->target_object == 5u);
    CHECK(!no_cookie->cookie);

    auto const oldest = info_where({.length = 32}); // Linux 5.8
    REQUIRE(oldest);
    CHECK(oldest->attach_type == attach_type::trace_fexit);
    CHECK(!oldest->target_object);
    CHECK(!oldest->target_function);
    CHECK(!oldest->cookie);
}
