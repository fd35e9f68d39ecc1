// Every call of a raw tracepoint link as the kernel sees it, and every kind of answer it may give.
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>

namespace {

using namespace bpfxx;

constexpr std::uint32_t obj_get = 7, get_info = 15, raw_tracepoint_open = 17, link_update = 29, get_fd_by_id = 30;

/// A descriptor that the fake may hand out and the library will close.
int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

template <class Program = raw_tracepoint_program>
Program make_program() {
    return Program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

raw_tracepoint_link make_link() {
    return raw_tracepoint_link::adopt_unchecked(*owned_fd<kind::link>::adopt_raw(new_descriptor()));
}

/// A kernel that has one link and answers for it: what the single tests change.
struct one_link {
    std::uint32_t type = 1;
    std::string_view name = "sys_enter";
    std::uint64_t cookie = 0;
    std::uint32_t length = 64;
    long update_answer = -EBADF;

    long operator()(fake::bpf_call& call) const {
        switch (call.command) {
        case obj_get:
        case get_fd_by_id: return new_descriptor();
        case link_update: return update_answer;
        case get_info: return info(call);
        default: return -EINVAL;
        }
    }

    long info(fake::bpf_call& call) const {
        auto* const out = call.pointer<std::byte>(8);
        auto const asked = call.field<std::uint32_t>(4);
        auto const put = [&](std::size_t offset, auto value) {
            if (offset + sizeof value <= asked && offset + sizeof value <= length)
                std::memcpy(out + offset, &value, sizeof value);
        };
        if (asked > 16) {
            std::uint64_t buffer;
            std::uint32_t room;
            std::memcpy(&buffer, out + 16, 8);
            std::memcpy(&room, out + 24, 4);
            if ((buffer == 0) != (room == 0)) return -EINVAL;
            if (room != 0 && room <= name.size()) return -ENOSPC;
            if (room != 0) std::memcpy(reinterpret_cast<char*>(buffer), name.data(), name.size() + 1);
        }
        put(0, type);
        put(4, 77u);
        put(8, 88u);
        put(24, static_cast<std::uint32_t>(name.size() + 1));
        put(32, cookie);
        call.put(4, asked < length ? asked : length);
        return 0;
    }
};

} // namespace

TEST_CASE("attach passes name, program and cookie, and the link owns what comes back") {
    auto const program = make_program();
    char const* const name = "sys_enter";
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const link = program.attach(raw_tracepoint_hook{.name = name, .cookie = 0x1122334455667788});
    kernel.stop();
    REQUIRE(link);
    REQUIRE(kernel.bpf_calls() == 1);
    auto const& call = kernel.calls()[0];
    CHECK(call.command == raw_tracepoint_open);
    CHECK(call.size == 24);
    CHECK(call.field<std::uint64_t>(0) == reinterpret_cast<std::uintptr_t>(name));
    CHECK(call.field<std::int32_t>(8) == program.fd().raw());
    CHECK(call.field<std::uint32_t>(12) == 0);
    CHECK(call.field<std::uint64_t>(16) == 0x1122334455667788);
    CHECK(link->fd().raw() == call.result);
}

TEST_CASE("writable raw tracepoint programs attach the same way") {
    auto const program = make_program<raw_tracepoint_writable_program>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EINVAL; }};
    auto const link = program.attach(raw_tracepoint_hook{.name = "nbd_send_request"});
    kernel.stop();
    CHECK(link.error() == error{errc::einval, command::raw_tracepoint_open});
    CHECK(kernel.only_bpf().field<std::uint64_t>(16) == 0);
}

TEST_CASE("an unknown tracepoint is the kernel's ENOENT") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ENOENT; }};
    auto const link = program.attach(raw_tracepoint_hook{.name = "no_such_tracepoint"});
    kernel.stop();
    CHECK(link.error() == error{errc::enoent, command::raw_tracepoint_open});
}

TEST_CASE("the destructor closes the descriptor once, and nothing more") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EINVAL; }};
    int number = -1;
    {
        auto link = make_link();
        auto const moved = std::move(link);
        number = moved.fd().raw();
    }
    kernel.stop();
    std::size_t closed = 0;
    for (auto const& call : kernel.calls())
        if (call.number == __NR_close && static_cast<int>(call.arguments[0]) == number) ++closed;
    CHECK(closed == 1);
    CHECK(kernel.bpf_calls() == 0);
}

TEST_CASE("info fills the caller's buffer with the name") {
    auto const link = make_link();
    char name[10]; // exactly the name and its NUL
    fake::kernel kernel{one_link{.cookie = 9}};
    auto const info = link.info(name);
    kernel.stop();
    REQUIRE(info);
    CHECK(info->id == link_id{77});
    CHECK(info->program == program_id{88});
    CHECK(info->name == "sys_enter");
    CHECK(info->name.data() == name);
    CHECK(info->name_size == 10);
    CHECK(info->cookie == 9u);
    CHECK(kernel.only_bpf().field<std::int32_t>(0) == link.fd().raw());
    CHECK(kernel.only_bpf().field<std::uint32_t>(4) == 40);
}

TEST_CASE("info without room for the name tells how much it takes") {
    auto const link = make_link();
    fake::kernel kernel{one_link{}};
    auto const info = link.info(std::span<char>{});
    char small[9];
    auto const refused = link.info(small);
    auto const emptied = link.info(std::span{small}.first(0)); // the kernel wants no pointer without a length
    kernel.stop();
    REQUIRE(info);
    CHECK(info->name.empty());
    CHECK(info->name_size == 10);
    CHECK(refused.error() == error{errc::enospc, command::obj_get_info_by_fd});
    CHECK(emptied);
}

TEST_CASE("a cookie that the kernel did not tell is none") {
    auto const link = make_link();
    char name[16];
    auto const cookie_of = [&](one_link const& answers) {
        fake::kernel kernel{answers};
        return link.info(name)->cookie;
    };
    CHECK(cookie_of({.cookie = 9, .length = 40}) == 9u);
    CHECK(cookie_of({.cookie = 9, .length = 39}) == std::nullopt);
    CHECK(cookie_of({.cookie = 9, .length = 32}) == std::nullopt); // Linux 5.8
    CHECK(cookie_of({.cookie = 0, .length = 64}) == std::nullopt); // Linux 6.8, which knows longer arms
}

TEST_CASE("open by path makes sure that a link is there, of the right type") {
    auto const open = [](one_link const& answers) {
        fake::kernel kernel{answers};
        return raw_tracepoint_link::open("/sys/fs/bpf/x");
    };
    CHECK(open({}));
    CHECK(open({.update_answer = -EPERM})); // a policy may forbid the question, which is no answer
    error const differs{errc::link_type_differs, command::obj_get_info_by_fd};
    CHECK(open({.type = 3}).error() == differs);
    CHECK(open({.update_answer = -EINVAL}).error() == differs); // a map or a program of type 1

    fake::kernel kernel{one_link{}};
    auto const link = raw_tracepoint_link::open("/sys/fs/bpf/x");
    kernel.stop();
    REQUIRE(link);
    REQUIRE(kernel.bpf_calls() == 3);
    for (auto const& call : kernel.calls())
        if (call.bpf && call.command == link_update) {
            CHECK(call.field<std::int32_t>(0) == link->fd().raw());
            CHECK(call.field<std::int32_t>(4) == -1);
            CHECK(call.field<std::uint32_t>(8) == 0);
        }
}

TEST_CASE("open hands on what the kernel says, and closes what it does not keep") {
    for (auto const failing : {obj_get, get_info}) {
        CAPTURE(failing);
        fake::kernel kernel{
            [&](fake::bpf_call& call) -> long { return call.command == failing ? -ENOMEM : one_link{}(call); }};
        auto const link = raw_tracepoint_link::open("/sys/fs/bpf/x");
        kernel.stop();
        REQUIRE(!link);
        CHECK(link.error().code == errc::enomem);
        CHECK(kernel.calls().back().number == (failing == obj_get ? __NR_bpf : __NR_close));
    }
}

TEST_CASE("open by directory and by id, and taking a descriptor over, check the type") {
    auto const directory = fd_ref<kind::directory>::from_raw(41);
    for (std::uint32_t const type : {1u, 2u}) {
        CAPTURE(type);
        fake::kernel kernel{one_link{.type = type}};
        auto const relative = raw_tracepoint_link::open(directory, "x");
        auto const by_id = raw_tracepoint_link::open(link_id{99});
        auto const adopted = raw_tracepoint_link::adopt(*owned_fd<kind::link>::adopt_raw(new_descriptor()));
        kernel.stop();
        for (auto const* const opened : {&relative, &by_id, &adopted}) {
            CHECK(opened->has_value() == (type == 1));
            if (!*opened) CHECK(opened->error().code == errc::link_type_differs);
        }
        for (auto const& call : kernel.calls()) {
            if (call.bpf && call.command == obj_get) CHECK(call.field<std::int32_t>(16) == 41);
            if (call.bpf && call.command == get_fd_by_id) CHECK(call.field<std::uint32_t>(0) == 99);
        }
    }
}

TEST_CASE("id, pin and duplicate of a link") {
    auto const link = make_link();
    fake::kernel kernel{one_link{}};
    auto const id = link.id();
    auto const pinned = link.pin("/sys/fs/bpf/y");
    kernel.stop();
    CHECK(*id == link_id{77});
    CHECK(pinned.error() == error{errc::einval, command::obj_pin});
    auto const second = link.duplicate();
    REQUIRE(second);
    CHECK(second->fd() != link.fd());
}
