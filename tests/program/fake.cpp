// Every call of a program handle as the kernel sees it, and every kind of answer it may give.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <vector>

namespace {

using namespace bpfxx;

constexpr std::uint32_t prog_load = 5, obj_pin = 6, obj_get = 7, get_fd_by_id = 13, get_info = 15;
constexpr std::size_t info_size = 232; // struct bpf_prog_info of Linux 6.18

constexpr auto code = assemble(insn::mov(insn::r0, 0), insn::exit());

/// A descriptor that the fake may hand out and the library will close.
int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

std::uint64_t address_of(void const* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

/// The attribute that is expected, byte by byte.
struct expected_attribute {
    std::vector<std::byte> bytes = std::vector<std::byte>(168);

    template <class T>
    expected_attribute& put(std::size_t offset, T value) {
        std::memcpy(&bytes[offset], &value, sizeof value);
        return *this;
    }
    expected_attribute& text(std::size_t offset, std::string_view value) {
        std::memcpy(&bytes[offset], value.data(), value.size());
        return *this;
    }
    [[nodiscard]] bool operator==(fake::logged_call const& call) const {
        return call.attr().size() == bytes.size() && std::memcmp(call.attr().data(), bytes.data(), bytes.size()) == 0;
    }
};

expected_attribute minimal(std::uint32_t type, char const* license) {
    return expected_attribute{}
        .put(0, type)
        .put(4, 2u)
        .put(8, address_of(code.instructions().data()))
        .put(16, address_of(license));
}

raw_tracepoint_program make_program() {
    return raw_tracepoint_program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

/// Answers BPF_OBJ_GET_INFO_BY_FD like a kernel whose struct has `length` bytes.
long answer_info(fake::bpf_call& call, program_type type, std::uint32_t id, std::uint32_t length) {
    auto const asked = call.field<std::uint32_t>(4);
    auto* const info = call.pointer<std::byte>(8);
    auto const number = static_cast<std::uint32_t>(type);
    std::memcpy(info, &number, 4);
    std::memcpy(info + 4, &id, 4);
    call.put(4, asked < length ? asked : length);
    return 0;
}

/// Opens with a kernel that hands a descriptor out and then says what is behind it.
template <class Open>
auto opened_as(program_type type, std::uint32_t length, Open open) {
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        return call.command == get_info ? answer_info(call, type, 7, length) : new_descriptor();
    }};
    return open();
}

} // namespace

TEST_CASE("load passes instructions, license and type, and nothing else") {
    char const* const license = "GPL";
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const program = raw_tracepoint_program::load({.insns = code, .license = license});
    kernel.stop();
    REQUIRE(program);
    REQUIRE(kernel.bpf_calls() == 1);
    CHECK(kernel.calls()[0].command == prog_load);
    CHECK(minimal(17, license) == kernel.calls()[0]);
    CHECK(program->fd().raw() == kernel.calls()[0].result);
}

TEST_CASE("load passes every option where the kernel looks for it") {
    char const* const license = "Dual BSD/GPL";
    sys::info::func_info const functions[] = {{0, 1}, {1, 2}, {1, 3}};
    sys::info::line_info const lines[] = {{0, 1, 2, 3}, {1, 2, 3, 4}};
    sys::info::core_relo const relocations[] = {{.insn_off = 1}};
    std::int32_t const descriptors[] = {31, 32, 33, 34};
    std::byte const signature[5]{};
    program_options const options{
        .insns = code,
        .license = license,
        .name = "all_of_it",
        .flags = program_flags::any_alignment,
        .expected_attach_type = attach_type::xdp_devmap,
        .ifindex = interface_index{11},
        .attach_btf_id = btf::type_id{12},
        .attach_target = fd_ref<kind::program>::from_raw(13),
        .btf = fd_ref<kind::btf>::from_raw(14),
        .func_info = functions,
        .line_info = lines,
        .core_relocations = relocations,
        .fd_array = descriptors,
        .bind_fd_array = true,
        .token = fd_ref<kind::token>::from_raw(15),
        .signature = signature,
        .keyring_id = -3,
    };
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EPERM; }};
    auto const program = xdp_program::load(options);
    kernel.stop();
    CHECK(program.error() == error{errc::eperm, command::prog_load});
    auto const expected = minimal(6, license)
                              .put(44, 1u << 1 | 1u << 16)
                              .text(48, "all_of_it")
                              .put(64, 11u)
                              .put(68, 33u)
                              .put(72, 14u)
                              .put(76, 8u)
                              .put(80, address_of(functions))
                              .put(88, 3u)
                              .put(92, 16u)
                              .put(96, address_of(lines))
                              .put(104, 2u)
                              .put(108, 12u)
                              .put(112, 13u)
                              .put(116, 1u)
                              .put(120, address_of(descriptors))
                              .put(128, address_of(relocations))
                              .put(136, 16u)
                              .put(144, 15u)
                              .put(148, 4u)
                              .put(152, address_of(signature))
                              .put(160, 5u)
                              .put(164, -3);
    CHECK(expected == kernel.only_bpf());
}

TEST_CASE("an array of descriptors is counted only where they are to be bound, for older kernels know no count") {
    std::int32_t const descriptors[] = {31, 32};
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EINVAL; }};
    static_cast<void>(xdp_program::load({.insns = code, .license = "GPL", .fd_array = descriptors}));
    kernel.stop();
    CHECK(kernel.only_bpf().field<std::uint64_t>(120) == address_of(descriptors));
    CHECK(kernel.only_bpf().field<std::uint32_t>(148) == 0);
}

TEST_CASE("what the kernel insists on for a type is filled in, what was given stays") {
    auto const loaded = [](auto load) {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return -EPERM; }};
        static_cast<void>(load());
        kernel.stop();
        return kernel.only_bpf();
    };
    auto const lookup = loaded([] { return sk_lookup_program::load({.insns = code, .license = "GPL"}); });
    CHECK(lookup.field<std::uint32_t>(68) == 36);
    auto const netfilter = loaded([] { return netfilter_program::load({.insns = code, .license = "GPL"}); });
    CHECK(netfilter.field<std::uint32_t>(68) == 45);
    auto const given = loaded([] {
        return netfilter_program::load(
            {.insns = code, .license = "GPL", .expected_attach_type = attach_type::cgroup_inet_egress});
    });
    CHECK(given.field<std::uint32_t>(68) == 1);
    auto const syscall = loaded([] {
        return syscall_program::load({.insns = code, .license = "GPL", .flags = program_flags::test_state_freq});
    });
    CHECK(syscall.field<std::uint32_t>(44) == (1u << 3 | 1u << 4));
}

TEST_CASE("a load that succeeds asks for no log") {
    char log[64] = "untouched";
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const program = raw_tracepoint_program::load({.insns = code, .license = "GPL"}, log);
    kernel.stop();
    REQUIRE(program);
    REQUIRE(kernel.bpf_calls() == 1);
    CHECK(kernel.calls()[0].field<std::uint32_t>(24) == 0);
    CHECK(kernel.calls()[0].field<std::uint32_t>(28) == 0);
    CHECK(kernel.calls()[0].field<std::uint64_t>(32) == 0);
    CHECK(std::string_view{log} == "untouched");
}

TEST_CASE("a load that fails is made once more with the log, and the first call's error counts") {
    char const* const license = "GPL";
    char log[64];
    std::memset(log, 'x', sizeof log);
    int calls = 0;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (++calls == 1) return -EACCES;
        CHECK(log[0] == '\0');
        call.store(32, "R0 !read_ok");
        call.put(140, 4242u);
        return -ENOSPC;
    }};
    auto const program = raw_tracepoint_program::load({.insns = code, .license = license}, log);
    kernel.stop();
    REQUIRE(kernel.calls().size() == 2);
    CHECK(minimal(17, license) == kernel.calls()[0]);
    auto const with_log = minimal(17, license).put(24, 1u).put(28, 64u).put(32, address_of(log));
    CHECK(with_log == kernel.calls()[1]);
    REQUIRE(!program);
    CHECK(program.error().failure == error{errc::eacces, command::prog_load});
    CHECK(program.error().code_with_log == errc::enospc);
    CHECK(program.error().log_size_needed == 4242);
    CHECK(program.error().log == "R0 !read_ok");
    CHECK(program.error().log.data() == log);
}

TEST_CASE("a log that the kernel did not begin is empty") {
    char log[64];
    std::memset(log, 'x', sizeof log);
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EPERM; }};
    auto const program = raw_tracepoint_program::load({.insns = code, .license = "GPL"}, log);
    kernel.stop();
    CHECK(kernel.bpf_calls() == 2);
    CHECK(program.error().log.empty());
    CHECK(program.error().log_size_needed == 0);
    CHECK(program.error().code_with_log == errc::eperm);
}

TEST_CASE("no buffer is no pointer, and no more of one is passed than the kernel takes") {
    char nothing[1];
    auto const second_call = [](std::span<char> log) {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return -EACCES; }};
        static_cast<void>(raw_tracepoint_program::load({.insns = code, .license = "GPL"}, log));
        kernel.stop();
        REQUIRE(kernel.bpf_calls() == 2);
        return kernel.calls()[1];
    };
    auto const empty = second_call(std::span{nothing, 0});
    CHECK(empty.field<std::uint32_t>(24) == 1);
    CHECK(empty.field<std::uint32_t>(28) == 0);
    CHECK(empty.field<std::uint64_t>(32) == 0);
    auto const huge = second_call({nothing, (std::size_t{1} << 32) + 64}); // only the first byte is touched
    CHECK(huge.field<std::uint32_t>(28) == 0x3fff'ffff);
    CHECK(huge.field<std::uint64_t>(32) == address_of(nothing));
}

TEST_CASE("should the second call succeed, then the program is loaded") {
    char log[64];
    int calls = 0;
    fake::kernel kernel{[&](fake::bpf_call&) -> long { return ++calls == 1 ? -EAGAIN : new_descriptor(); }};
    auto const program = raw_tracepoint_program::load({.insns = code, .license = "GPL"}, log);
    kernel.stop();
    REQUIRE(program);
    CHECK(kernel.bpf_calls() == 2);
}

TEST_CASE("EAGAIN is handed to the caller, not tried again") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EAGAIN; }};
    auto const program = raw_tracepoint_program::load({.insns = code, .license = "GPL"});
    kernel.stop();
    CHECK(kernel.only_bpf().command == prog_load);
    CHECK(program.error() == error{errc::eagain, command::prog_load});
}

TEST_CASE("a log that was asked for comes with one call, whether the program is sound or not") {
    char buffer[64];
    long answer = 0;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        call.store(32, "processed 2 insns");
        call.put(140, 18u);
        return answer;
    }};
    verifier_log const log{buffer, log_level::every_state | log_level::stats};
    answer = new_descriptor();
    auto const sound = raw_tracepoint_program::load({.insns = code, .license = "GPL"}, log);
    REQUIRE(kernel.bpf_calls() == 1);
    CHECK(log.text() == "processed 2 insns");
    answer = -ENOSPC;
    auto const refused = raw_tracepoint_program::load({.insns = code, .license = "GPL"}, log);
    kernel.stop();
    REQUIRE(kernel.bpf_calls() == 2);
    REQUIRE(sound);
    for (auto const& call : kernel.calls())
        if (call.bpf) {
            CHECK(call.field<std::uint32_t>(24) == 6);
            CHECK(call.field<std::uint32_t>(28) == 64);
            CHECK(call.field<std::uint64_t>(32) == address_of(buffer));
        }
    REQUIRE(!refused);
    CHECK(refused.error().failure == error{errc::enospc, command::prog_load});
    CHECK(refused.error().code_with_log == errc::enospc);
    CHECK(refused.error().log == "processed 2 insns");
    CHECK(refused.error().log_size_needed == 18);
}

TEST_CASE("open by path asks what is there, and takes a program of its type alone") {
    auto const open = [] { return xdp_program::open("/sys/fs/bpf/x"); };
    CHECK(opened_as(program_type::xdp, info_size, open));
    CHECK(opened_as(program_type::xdp, 208, open)); // Linux 5.1
    error const differs{errc::program_type_differs, command::obj_get_info_by_fd};
    CHECK(opened_as(program_type::tracing, info_size, open).error() == differs);
    CHECK(opened_as(program_type::xdp, 64, open).error() == differs);  // a link of type 6
    CHECK(opened_as(program_type::xdp, 104, open).error() == differs); // a map of type 6

    fake::kernel kernel{[](fake::bpf_call& call) -> long {
        if (call.command == get_info) return answer_info(call, program_type::xdp, 7, info_size);
        CHECK(std::string_view{call.pointer<char const>(0)} == "/sys/fs/bpf/x");
        return new_descriptor();
    }};
    auto const program = open();
    kernel.stop();
    REQUIRE(program);
    REQUIRE(kernel.bpf_calls() == 2);
    auto const& first = kernel.calls()[0];
    CHECK(first.command == obj_get);
    CHECK(first.field<std::uint64_t>(8) == 0);
    CHECK(kernel.calls().back().command == get_info);
    CHECK(kernel.calls().back().field<std::int32_t>(0) == program->fd().raw());
    CHECK(kernel.calls().back().field<std::uint32_t>(4) == info_size);
}

TEST_CASE("open hands on what the kernel says, and closes what it does not keep") {
    for (auto const failing : {obj_get, get_info}) {
        CAPTURE(failing);
        fake::kernel kernel{
            [&](fake::bpf_call& call) -> long { return call.command == failing ? -ENOMEM : new_descriptor(); }};
        auto const program = xdp_program::open("/sys/fs/bpf/x");
        kernel.stop();
        REQUIRE(!program);
        CHECK(program.error().code == errc::enomem);
        CHECK(program.error().during == (failing == obj_get ? command::obj_get : command::obj_get_info_by_fd));
        CHECK(kernel.calls().back().number == (failing == obj_get ? __NR_bpf : __NR_close));
    }
}

TEST_CASE("open by directory, by id, and taking a descriptor over check alike") {
    auto const directory = fd_ref<kind::directory>::from_raw(41);
    auto const relative = [&] { return xdp_program::open(directory, "x"); };
    auto const by_id = [] { return xdp_program::open(program_id{99}); };
    auto const adopted = [] { return xdp_program::adopt(*owned_fd<kind::program>::adopt_raw(new_descriptor())); };
    CHECK(opened_as(program_type::xdp, info_size, relative));
    CHECK(opened_as(program_type::xdp, info_size, by_id));
    CHECK(opened_as(program_type::xdp, info_size, adopted));
    CHECK(opened_as(program_type::lsm, info_size, relative).error().code == errc::program_type_differs);
    CHECK(opened_as(program_type::lsm, info_size, by_id).error().code == errc::program_type_differs);
    CHECK(opened_as(program_type::lsm, info_size, adopted).error().code == errc::program_type_differs);

    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ENOENT; }};
    CHECK(relative().error() == error{errc::enoent, command::obj_get});
    CHECK(by_id().error() == error{errc::enoent, command::prog_get_fd_by_id});
    kernel.stop();
    REQUIRE(kernel.calls().size() == 2);
    CHECK(kernel.calls()[0].field<std::uint32_t>(12) == 1u << 14);
    CHECK(kernel.calls()[0].field<std::int32_t>(16) == 41);
    CHECK(kernel.calls()[1].command == get_fd_by_id);
    CHECK(kernel.calls()[1].field<std::uint32_t>(0) == 99);
}

TEST_CASE("id, info and pin are one call each") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call& call) -> long {
        return call.command == get_info ? answer_info(call, program_type::raw_tracepoint, 77, info_size) : -EEXIST;
    }};
    auto const id = program.id();
    auto const info = program.info();
    auto const pinned = program.pin("/sys/fs/bpf/y");
    auto const pinned_there = program.pin(fd_ref<kind::directory>::from_raw(41), "y");
    kernel.stop();
    CHECK(*id == program_id{77});
    CHECK((*info)->id == program_id{77});
    CHECK(info->length() == info_size);
    CHECK(pinned.error() == error{errc::eexist, command::obj_pin});
    CHECK(pinned_there.error() == error{errc::eexist, command::obj_pin});
    REQUIRE(kernel.calls().size() == 4);
    CHECK(kernel.calls()[0].field<std::uint32_t>(4) == 8);
    CHECK(kernel.calls()[1].field<std::uint32_t>(4) == info_size);
    CHECK(kernel.calls()[2].command == obj_pin);
    CHECK(kernel.calls()[2].field<std::int32_t>(8) == program.fd().raw());
    CHECK(kernel.calls()[2].field<std::uint32_t>(12) == 0);
    CHECK(kernel.calls()[3].field<std::uint32_t>(12) == 1u << 14);
    CHECK(kernel.calls()[3].field<std::int32_t>(16) == 41);
}

TEST_CASE("a failed question is an error, not an answer") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EBADFD; }};
    CHECK(program.id().error() == error{errc::ebadfd, command::obj_get_info_by_fd});
    CHECK(program.info().error() == error{errc::ebadfd, command::obj_get_info_by_fd});
}

TEST_CASE("duplicate makes a second owner, release gives the descriptor up") {
    auto program = make_program();
    auto second = program.duplicate();
    REQUIRE(second);
    CHECK(second->fd() != program.fd());
    CHECK(fcntl(second->fd().raw(), F_GETFD) == FD_CLOEXEC);
    int const number = second->fd().raw();
    auto const descriptor = std::move(*second).release();
    CHECK(descriptor.raw() == number);
    program = make_program();
}
