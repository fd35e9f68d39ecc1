// What binding, association, streams and statistics pass to the kernel.
#include <bpfxx/program/bind.hpp>
#include <bpfxx/program/statistics.hpp>
#include <bpfxx/program/stream.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>

namespace {

using namespace bpfxx;

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

xdp_program make_program() {
    return xdp_program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

} // namespace

TEST_CASE("a map bound, and a struct_ops map associated") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    auto const bound = bind(program, borrow_raw<kind::map>(55));
    auto const associated = associate(program, borrow_raw<kind::map>(66));
    kernel.stop();
    CHECK(bound);
    CHECK(associated);
    REQUIRE(kernel.bpf_calls() == 2);
    auto const& bind_map = kernel.calls()[0];
    CHECK(bind_map.command == 35);
    CHECK(bind_map.size == 12);
    CHECK(bind_map.field<std::int32_t>(0) == program.fd().raw());
    CHECK(bind_map.field<std::int32_t>(4) == 55);
    CHECK(bind_map.field<std::uint32_t>(8) == 0);
    auto const& association = kernel.calls()[1];
    CHECK(association.command == 38);
    CHECK(association.field<std::int32_t>(0) == 66);
    CHECK(association.field<std::int32_t>(4) == program.fd().raw());
    CHECK(association.field<std::uint32_t>(8) == 0);
}

TEST_CASE("a stream is read into the caller's buffer, as far as the kernel says") {
    auto const program = make_program();
    char buffer[8];
    fake::kernel kernel{[](fake::bpf_call& call) -> long {
        std::memcpy(call.pointer<char>(0), "hello", 5);
        return 5;
    }};
    auto const text = read_stream(program, stream_id::standard_error, buffer);
    kernel.stop();
    CHECK(text.value() == "hello");
    auto const& call = kernel.only_bpf();
    CHECK(call.command == 37);
    CHECK(call.field<std::uint64_t>(0) == reinterpret_cast<std::uintptr_t>(buffer));
    CHECK(call.field<std::uint32_t>(8) == sizeof buffer);
    CHECK(call.field<std::uint32_t>(12) == 2);
    CHECK(call.field<std::int32_t>(16) == program.fd().raw());
}

TEST_CASE("statistics are on as long as the descriptor is open") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    long given = 0;
    {
        auto const statistics = run_statistics::enable();
        CHECK(statistics);
        given = kernel.calls()[0].result;
    }
    kernel.stop();
    CHECK(kernel.calls()[0].command == 32);
    CHECK(kernel.calls()[0].field<std::uint32_t>(0) == 0);
    CHECK(static_cast<long>(kernel.calls().back().arguments[0]) == given);
}

TEST_CASE("the kernel's refusals name the call") {
    auto const program = make_program();
    char buffer[8];
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EPERM; }};
    auto const enabled = run_statistics::enable();
    auto const text = read_stream(program, stream_id::standard_output, buffer);
    auto const counts = counts_of(program);
    kernel.stop();
    CHECK(enabled.error() == error{errc::eperm, command::enable_stats});
    CHECK(text.error() == error{errc::eperm, command::prog_stream_read_by_fd});
    CHECK(counts.error() == error{errc::eperm, command::obj_get_info_by_fd});
}
