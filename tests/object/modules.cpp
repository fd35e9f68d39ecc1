// Programs that name what modules of the kernel have, where these are loaded: fired in the virtual machine.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/object/file.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <linux/vm_sockets.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace bpfxx;

bool has_module(std::string const& name) { return access(("/sys/kernel/btf/" + name).c_str(), F_OK) == 0; }

object_file opened() {
    auto object = object_file::open(BPFXX_TESTS "/object/modules.bpf.o");
    char text[512];
    if (!object) FAIL(std::string{object.error().describe(text)});
    return *std::move(object);
}

void load(object_file& object) {
    std::array<char, 8192> log{};
    auto const done = object.load({.log = log});
    char text[4096];
    if (!done) FAIL(std::string{done.error().describe(text)}, "\n", std::string{log.data()});
}

/// Asks for a connection that nobody takes.
void connect_to_myself(unsigned port) {
    int const socket = ::socket(AF_VSOCK, SOCK_STREAM, 0);
    REQUIRE(socket >= 0);
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = 1; // loopback
    address.svm_port = port;
    CHECK(::connect(socket, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0);
    ::close(socket);
}

} // namespace

TEST_CASE("object modules: functions of a module are called, by a descriptor of its types behind those of maps") {
    if (!has_module("nf_conntrack")) return support::skip("the module nf_conntrack is not loaded");
    auto object = opened();
    object.program("look_up")->loaded(true);
    load(object);
    auto const program = object.program("look_up")->handle<program_kind::xdp>();
    REQUIRE(program);
    std::array<std::byte, 64> packet{};
    REQUIRE(test_run(*program, {.data = packet}));
    CHECK(*object.global<int>("answer") == -2); // ENOENT: the module looked for the connection
}

TEST_CASE("object modules: a variable of a module is read") {
    if (!has_module("x_tables")) return support::skip("the module x_tables is not loaded");
    auto object = opened();
    object.program("read_variable")->loaded(true);
    load(object);
    auto const attached = object.attach("read_variable");
    REQUIRE(attached);
    getppid();
    CHECK(*object.global<unsigned>("sequence") % 2 == 0); // nobody writes
}

TEST_CASE("object modules: types, tracepoints and functions of modules are found, with the module's name and without") {
    if (!has_module("vsock_loopback")) return support::skip("the module vsock_loopback is not loaded");
    auto object = opened();
    for (auto const* name : {"on_packet", "on_send", "on_sent"}) object.program(name)->loaded(true);
    load(object);
    auto const attached = object.attach_all();
    char text[512];
    if (!attached) FAIL(std::string{attached.error().describe(text)});
    connect_to_myself(4321);
    CHECK(*object.global<std::uint32_t>("port") == 4321);
    CHECK(*object.global<std::uint32_t>("sent") > 0);
    CHECK(*object.global<std::uint32_t>("sent_by_module") == *object.global<std::uint32_t>("sent"));

    auto const kernel = sys::file_bytes::open("/sys/kernel/btf/vmlinux");
    auto const module = sys::file_bytes::open("/sys/kernel/btf/vmw_vsock_virtio_transport_common");
    REQUIRE(kernel);
    REQUIRE(module);
    auto const kernel_types = btf::view::parse(kernel->view());
    REQUIRE(kernel_types);
    auto const types = btf::view::parse(module->view(), *kernel_types);
    REQUIRE(types);
    auto const state = btf::find(*types, btf::kind::struct_, "virtio_vsock_sock");
    REQUIRE(state);
    CHECK(*object.global<std::uint32_t>("type_size") == state->size());
    CHECK(*object.global<std::uint32_t>("bytes_of_state") == 4);
}

TEST_CASE("object modules: a module that has not what is asked for is not taken instead") {
    if (!has_module("vsock_loopback")) return support::skip("the module vsock_loopback is not loaded");
    auto object = opened();
    object.program("on_send")->loaded(true).target("vsock:vsock_loopback_send_pkt");
    auto const done = object.load();
    REQUIRE(!done);
    CHECK(done.error().during == object::step::find_target);
    CHECK(done.error().failure.code == errc::type_not_found);
}
