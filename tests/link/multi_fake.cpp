// The calls of links to many functions as the kernel sees them, and what is refused before.
#include <bpfxx/link/kprobe_multi.hpp>
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace {

using namespace bpfxx;

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

template <class Kind>
program<Kind> make() {
    return program<Kind>::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

template <class Link>
Link make_link() {
    return Link::adopt_unchecked(*owned_fd<kind::link>::adopt_raw(new_descriptor()));
}

std::uint64_t address(void const* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

/// The attribute of the only call; its answer is a descriptor.
template <class Program, class Hook>
fake::logged_call attached(Program const& program, Hook const& hook) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const link = program.attach(hook);
    kernel.stop();
    REQUIRE(link);
    REQUIRE(kernel.bpf_calls() == 1);
    for (auto const& call : kernel.calls())
        if (call.bpf) {
            CHECK(call.command == 28);
            CHECK(link->fd().raw() == call.result);
            CHECK(call.field<std::int32_t>(0) == program.fd().raw());
            CHECK(call.field<std::uint32_t>(4) == 0);
            CHECK(call.field<std::uint32_t>(12) == 0);
            return call;
        }
    return {};
}

/// The error, and that the kernel was not asked.
template <class Program, class Hook>
error refused(Program const& program, Hook const& hook) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EIO; }};
    auto const link = program.attach(hook);
    kernel.stop();
    CHECK(kernel.bpf_calls() == 0);
    REQUIRE(!link);
    return link.error();
}

char const* const functions[]{"do_unlinkat", "do_rmdir"};
std::uint64_t const numbers[]{11, 22};
std::uint64_t const others[]{33, 44};
auto const counts_differ = error{errc::counts_differ, command::link_create};
auto const invalid = error{errc::einval, command::link_create};

} // namespace

TEST_CASE("kprobe_multi by name and by address") {
    auto const program = make<program_kind::kprobe_multi>();
    auto const named = attached(program, kprobe_multi_hook{.functions = functions, .cookies = numbers});
    CHECK(named.size == 48);
    CHECK(named.field<std::uint32_t>(8) == 42);
    CHECK(named.field<std::uint32_t>(16) == 0);
    CHECK(named.field<std::uint32_t>(20) == 2);
    CHECK(named.field<std::uint64_t>(24) == address(functions));
    CHECK(named.field<std::uint64_t>(32) == 0);
    CHECK(named.field<std::uint64_t>(40) == address(numbers));

    auto const placed = attached(program, kprobe_multi_hook{.addresses = numbers, .returning = true});
    CHECK(placed.field<std::uint32_t>(16) == 1);
    CHECK(placed.field<std::uint32_t>(20) == 2);
    CHECK(placed.field<std::uint64_t>(24) == 0);
    CHECK(placed.field<std::uint64_t>(32) == address(numbers));
    CHECK(placed.field<std::uint64_t>(40) == 0);

    auto const session = attached(make<program_kind::kprobe_session>(), kprobe_multi_hook{.functions = functions});
    CHECK(session.field<std::uint32_t>(8) == 56);
    CHECK(session.field<std::uint32_t>(16) == 0);
}

TEST_CASE("kprobe_multi that the kernel is not asked for") {
    auto const program = make<program_kind::kprobe_multi>();
    CHECK(refused(program, kprobe_multi_hook{}) == invalid);
    CHECK(refused(program, kprobe_multi_hook{.functions = functions, .addresses = numbers}) == invalid);
    auto const one = std::span{numbers}.first(1);
    CHECK(refused(program, kprobe_multi_hook{.functions = functions, .cookies = one}) == counts_differ);
    CHECK(refused(program, kprobe_multi_hook{.addresses = one, .cookies = numbers}) == counts_differ);
    CHECK(refused(make<program_kind::kprobe_session>(), kprobe_multi_hook{.functions = functions, .returning = true}) ==
          invalid);
}

TEST_CASE("uprobe_multi with everything, and with little") {
    auto const program = make<program_kind::uprobe_multi>();
    char const* const path = "/usr/bin/x";
    auto const whole = attached(program, uprobe_multi_hook{.path = path,
                                                           .offsets = numbers,
                                                           .reference_counter_offsets = others,
                                                           .cookies = numbers,
                                                           .pid = 17,
                                                           .returning = true});
    CHECK(whole.size == 64);
    CHECK(whole.field<std::uint32_t>(8) == 48);
    CHECK(whole.field<std::uint64_t>(16) == address(path));
    CHECK(whole.field<std::uint64_t>(24) == address(numbers));
    CHECK(whole.field<std::uint64_t>(32) == address(others));
    CHECK(whole.field<std::uint64_t>(40) == address(numbers));
    CHECK(whole.field<std::uint32_t>(48) == 2);
    CHECK(whole.field<std::uint32_t>(52) == 1);
    CHECK(whole.field<std::uint32_t>(56) == 17);
    CHECK(whole.field<std::uint32_t>(60) == 0);

    auto const little =
        attached(make<program_kind::uprobe_session>(), uprobe_multi_hook{.path = path, .offsets = others});
    CHECK(little.field<std::uint32_t>(8) == 57);
    CHECK(little.field<std::uint64_t>(24) == address(others));
    CHECK(little.field<std::uint64_t>(32) == 0);
    CHECK(little.field<std::uint64_t>(40) == 0);
    CHECK(little.field<std::uint32_t>(52) == 0);
    CHECK(little.field<std::uint32_t>(56) == 0);
    auto const own = attached(program, uprobe_multi_hook{.path = path, .offsets = others, .pid = 0});
    CHECK(own.field<std::int32_t>(56) == getpid());
}

TEST_CASE("uprobe_multi that the kernel is not asked for") {
    auto const program = make<program_kind::uprobe_multi>();
    auto const one = std::span{numbers}.first(1);
    CHECK(refused(program, uprobe_multi_hook{.path = "x", .offsets = numbers, .cookies = one}) == counts_differ);
    CHECK(refused(program, uprobe_multi_hook{.path = "x", .offsets = numbers, .reference_counter_offsets = one}) ==
          counts_differ);
    CHECK(refused(program, uprobe_multi_hook{.path = "x", .offsets = {}, .cookies = one}) == counts_differ);
    CHECK(refused(make<program_kind::uprobe_session>(),
                  uprobe_multi_hook{.path = "x", .offsets = numbers, .returning = true}) == invalid);
}

TEST_CASE("what the kernel answers is handed on") {
    for (int const code : {EOPNOTSUPP, ESRCH, ENOENT, E2BIG, EPERM}) {
        fake::kernel kernel{[&](fake::bpf_call&) -> long { return -code; }};
        auto const kernel_link = make<program_kind::kprobe_multi>().attach(kprobe_multi_hook{.functions = functions});
        auto const user_link =
            make<program_kind::uprobe_multi>().attach(uprobe_multi_hook{.path = "x", .offsets = numbers});
        kernel.stop();
        CHECK(kernel_link.error() == error{static_cast<errc>(code), command::link_create});
        CHECK(user_link.error() == error{static_cast<errc>(code), command::link_create});
    }
}

TEST_CASE("info of kprobe_multi as long as the kernel's") {
    auto const link = make_link<kprobe_multi_link>();
    std::uint64_t addresses[3], cookies[3];
    for (std::uint32_t const length : {32u, 64u}) {
        CAPTURE(length);
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            auto* const out = call.pointer<std::byte>(8);
            sys::info::link_kprobe_multi told;
            std::memcpy(static_cast<void*>(&told), out, sizeof told);
            CHECK(call.field<std::uint32_t>(4) == 48);
            CHECK(told.addrs.get() == addresses);
            CHECK(told.cookies.get() == cookies);
            CHECK(told.count == 3);
            told.id = link_id{5};
            told.prog_id = program_id{6};
            told.count = 2;
            told.flags = multi_flags::return_probe;
            told.missed = 4;
            if (length == 64) std::memcpy(out, &told, sizeof told);
            call.put(4, length < 48 ? length : 48u);
            return 0;
        }};
        auto const info = link.info(addresses, cookies);
        kernel.stop();
        REQUIRE(info);
        if (length == 32) { // Linux 6.1 knows the type alone; what went in came back
            CHECK(info->count == 0);
            CHECK(!info->missed);
            CHECK(info->addresses.empty());
            continue;
        }
        CHECK(info->id == link_id{5});
        CHECK(info->program == program_id{6});
        CHECK(info->count == 2);
        CHECK(info->returning);
        CHECK(info->missed == 4u);
        CHECK(info->addresses.data() == addresses);
        CHECK(info->addresses.size() == 2);
        CHECK(info->cookies.data() == cookies);
        CHECK(info->cookies.size() == 2);
    }
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        auto const* const asked = call.pointer<sys::info::link_kprobe_multi>(8);
        CHECK(!asked->addrs);
        CHECK(!asked->cookies);
        CHECK(asked->count == 0);
        return -EPERM;
    }};
    auto const denied = link.info();
    auto const uneven = link.info(addresses, std::span{cookies}.first(2));
    kernel.stop();
    CHECK(denied.error() == error{errc::eperm, command::obj_get_info_by_fd});
    CHECK(uneven.error() == error{errc::counts_differ, command::obj_get_info_by_fd});
    CHECK(kernel.bpf_calls() == 1);
}

TEST_CASE("info of uprobe_multi in the buffers given") {
    auto const link = make_link<uprobe_multi_link>();
    char path[16];
    std::uint64_t offsets[3], counters[3], cookies[3];
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        sys::info::link_uprobe_multi told;
        std::memcpy(static_cast<void*>(&told), call.pointer<std::byte>(8), sizeof told);
        CHECK(call.field<std::uint32_t>(4) == 64);
        CHECK(told.path.get() == path);
        CHECK(told.offsets.get() == offsets);
        CHECK(told.ref_ctr_offsets.get() == counters);
        CHECK(told.cookies.get() == cookies);
        CHECK(told.path_size == 16);
        CHECK(told.count == 3);
        std::memcpy(path, "/bin/x", 7);
        told.path_size = 7;
        told.count = 2;
        told.pid = 17;
        told.flags = multi_flags::return_probe;
        call.store(8, told);
        return 0;
    }};
    auto const info = link.info(uprobe_multi_buffers{
        .path = path, .offsets = offsets, .reference_counter_offsets = counters, .cookies = cookies});
    kernel.stop();
    REQUIRE(info);
    CHECK(info->path == "/bin/x");
    CHECK(info->count == 2);
    CHECK(info->pid == 17);
    CHECK(info->returning);
    CHECK(info->offsets.data() == offsets);
    CHECK(info->reference_counter_offsets.data() == counters);
    CHECK(info->cookies.data() == cookies);
    for (auto const& array : {info->offsets, info->reference_counter_offsets, info->cookies}) CHECK(array.size() == 2);
    auto const one = std::span{cookies}.first(1);
    for (auto const& uneven : {uprobe_multi_buffers{.offsets = offsets, .cookies = one},
                               uprobe_multi_buffers{.offsets = one, .reference_counter_offsets = counters}})
        CHECK(link.info(uneven).error() == error{errc::counts_differ, command::obj_get_info_by_fd});
}
