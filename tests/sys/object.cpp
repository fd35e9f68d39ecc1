#include "sys/attr_proof.hpp"

#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstddef>

namespace sys_test {

namespace {

namespace info = bpfxx::sys::info;
using bpfxx::sys::get_info;
using bpfxx::sys::known;

constexpr char path[] = "/sys/fs/bpf/flows";

/// The attribute of BPF_OBJ_PIN and BPF_OBJ_GET.
std::string path_attribute(std::uint32_t fd, std::uint32_t flags, std::uint32_t directory) {
    std::vector<std::byte> bytes(24);
    put(bytes, {0, 8, reinterpret_cast<std::uintptr_t>(path)});
    put(bytes, {8, 4, fd});
    put(bytes, {12, 4, flags});
    put(bytes, {16, 4, directory});
    return in_hex(bytes);
}

} // namespace

TEST_CASE("pinning passes the path and the descriptor, and the directory only with its flag") {
    auto pins = [](auto pin, std::string const& expected) {
        auto const done = one_call<void>({}, {}, pin);
        CHECK(done.got);
        CHECK(done.call.command == 6);
        CHECK(in_hex(done.call.attr()) == expected);
    };
    pins([] { return bpfxx::sys::pin(fd<kind::map>(7), path); }, path_attribute(7, 0, 0));
    pins([] { return bpfxx::sys::pin(fd<kind::program>(7), path); }, path_attribute(7, 0, 0));
    pins([] { return bpfxx::sys::pin(fd<kind::link>(7), path); }, path_attribute(7, 0, 0));
    pins([] { return bpfxx::sys::pin(fd<kind::map>(7), fd<kind::directory>(8), path); }, path_attribute(7, 1 << 14, 8));
    auto const taken = one_call<void>(errc::eexist, {}, [] { return bpfxx::sys::pin(fd<kind::map>(7), path); });
    CHECK(taken.got.error() == bpfxx::error{errc::eexist, command::obj_pin});
}

TEST_CASE("opening a path gives an owner of the kind that was asked for") {
    using owner = owned_fd<kind::map>;
    auto opens = [](std::function<result<owner>()> const& open, std::string const& expected) {
        auto opened = one_call<owner>({}, {}, open);
        CHECK(opened.call.command == 7);
        CHECK(in_hex(opened.call.attr()) == expected);
        check_value(std::move(opened), {});
    };
    using bpfxx::open_flags;
    using bpfxx::sys::open_pinned;
    opens([] { return open_pinned<kind::map>(path); }, path_attribute(0, 0, 0));
    opens([] { return open_pinned<kind::map>(path, open_flags::rdonly); }, path_attribute(0, 8, 0));
    opens([] { return open_pinned<kind::map>(fd<kind::directory>(8), path); }, path_attribute(0, 1 << 14, 8));
    opens([] { return open_pinned<kind::map>(fd<kind::directory>(8), path, open_flags::wronly); },
          path_attribute(0, 1 << 14 | 16, 8));
    static_assert(std::is_same_v<decltype(open_pinned<kind::link>(path)), result<owned_fd<kind::link>>>);
}

TEST_CASE("information comes with the length that the kernel knows") {
    info::map request{};
    request.hash_size = 32;
    std::uint32_t length_in = 0;
    std::uint32_t hash_size_in = 0;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        length_in = call.field<std::uint32_t>(4);
        auto& asked = *call.pointer<info::map>(8);
        hash_size_in = asked.hash_size;
        asked.id = bpfxx::map_id{77};
        asked.map_extra = 5;
        call.put(4, std::uint32_t{88}); // as kernels up to 6.17 do
        return 0;
    }};
    auto const got = get_info(fd<kind::map>(7), request);
    kernel.stop();

    CHECK(kernel.only_bpf().command == 15);
    CHECK(kernel.only_bpf().field<std::uint32_t>(0) == 7);
    CHECK(length_in == 104);
    CHECK(hash_size_in == 32);
    REQUIRE(got);
    CHECK(got->length() == 88);
    CHECK((*got)->id == bpfxx::map_id{77});
    CHECK((**got).map_extra == 5);
    CHECK(got->knows(&info::map::map_extra));
    CHECK(got->get(&info::map::map_extra) == 5u);
    CHECK_FALSE(got->knows(&info::map::hash));
    CHECK_FALSE(got->knows(&info::map::hash_size));
    CHECK_FALSE(got->get(&info::map::hash_size).has_value());
}

TEST_CASE("a failure is the kernel's") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EBADFD; }};
    auto const got = get_info<info::map>(fd<kind::map>(7));
    kernel.stop();
    REQUIRE_FALSE(got);
    CHECK(got.error() == bpfxx::error{errc::ebadfd, command::obj_get_info_by_fd});
}

TEST_CASE("a member is known when the kernel filled all of it") {
    for (std::uint32_t length = 0; length <= sizeof(info::map); ++length) {
        CAPTURE(length);
        known<info::map> const answer{{}, length};
        CHECK(answer.knows(&info::map::type) == (length >= 4));
        CHECK(answer.knows(&info::map::name) == (length >= 40));
        CHECK(answer.knows(&info::map::map_extra) == (length >= 88));
        CHECK(answer.knows(&info::map::hash_size) == (length >= 100));
        CHECK(answer.get(&info::map::id).has_value() == (length >= 8));
    }
}

TEST_CASE("members of a base count from the start of the whole") {
    for (std::uint32_t length = 0; length <= sizeof(info::link_perf_kprobe); ++length) {
        CAPTURE(length);
        known<info::link_perf_kprobe> const answer{{}, length};
        CHECK(answer.knows(&info::link_perf_kprobe::id) == (length >= 8));
        CHECK(answer.knows(&info::link_head::id) == (length >= 8));
        CHECK(answer.knows(&info::link_perf_kprobe::event_type) == (length >= 20));
        CHECK(answer.knows(&info::link_perf_kprobe::cookie) == (length >= 64));
    }
}

} // namespace sys_test
