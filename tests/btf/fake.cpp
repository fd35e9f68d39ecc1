// Type information loaded and asked for as the kernel sees it, and every kind of answer that it may give.
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/describe.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/btf/matching_layout.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using bpfxx::command;
using bpfxx::errc;

constexpr std::uint32_t get_info = 15, btf_load = 18, btf_get_fd_by_id = 19;

/// A descriptor that the fake may hand out and the library will close.
int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

std::uint64_t address_of(void const* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

struct flow {
    std::uint32_t saddr, daddr;
};
struct stats {
    std::uint64_t packets, bytes;
};
struct moved_stats {
    std::uint32_t packets, zero;
    std::uint64_t bytes;
};
constexpr auto const& described = btf::describe<flow, stats>();

TEST_CASE("load passes the blob, and log and token only where they are given") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    REQUIRE(btf::load(described.blob));
    auto const plain = kernel.calls()[0];
    char log[64] = "before";
    REQUIRE(btf::load(described.blob, {.log = log}));
    auto const logged = kernel.calls()[2]; // the one between closed the first descriptor
    auto const token = bpfxx::fd_ref<bpfxx::kind::token>::from_raw(77);
    REQUIRE(btf::load(described.blob, {.token = token}));
    auto const delegated = kernel.calls()[4];
    kernel.stop();

    CHECK(plain.command == btf_load);
    CHECK(plain.field<std::uint64_t>(0) == address_of(described.blob.text().data()));
    CHECK(plain.field<std::uint64_t>(8) == 0);
    CHECK(plain.field<std::uint32_t>(16) == described.blob.size());
    CHECK(plain.field<std::uint64_t>(20) == 0); // log size and level
    for (std::size_t at = 24; at < plain.attr().size(); ++at) CHECK(plain.attr()[at] == std::byte{});

    CHECK(logged.field<std::uint64_t>(8) == address_of(log));
    CHECK(logged.field<std::uint32_t>(20) == sizeof log);
    CHECK(logged.field<std::uint32_t>(24) == 1);
    CHECK(log[0] == '\0');

    CHECK(delegated.field<std::uint64_t>(8) == 0);
    CHECK(delegated.field<std::uint32_t>(32) == 1U << 16);
    CHECK(delegated.field<std::int32_t>(36) == 77);
}

TEST_CASE("types that the kernel refuses are no map_types") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EPERM; }};
    auto const refused = btf::load<flow, stats>();
    kernel.stop();
    REQUIRE(!refused);
    CHECK(refused.error() == bpfxx::error{errc::eperm, command::btf_load});
}

/// A kernel whose one map has this BTF.
class kernel_with {
  public:
    explicit kernel_with(std::string_view blob) : blob_{blob} {
        map_.btf_id = bpfxx::btf_id{42};
        map_.btf_key_type_id = btf::number(described.ids[0]);
        map_.btf_value_type_id = btf::number(described.ids[1]);
    }

    template <class Key = flow, class Value = stats>
    bpfxx::result_with<void, btf::layout_error> check(btf::matching_layout const& what) {
        fake::kernel kernel{[this](fake::bpf_call& call) { return answer(call); }};
        auto const checked = what.operator()<Key, Value>(bpfxx::fd_ref<bpfxx::kind::map>::from_raw(99), map_);
        kernel.stop();
        calls = kernel.bpf_calls();
        return checked;
    }

    bpfxx::sys::info::map& map() { return map_; }

    std::size_t calls = 0;
    long no_descriptor = 0; // the error, if there is to be one
    long no_info = 0;

  private:
    long answer(fake::bpf_call& call) const {
        if (call.command == btf_get_fd_by_id) {
            if (call.field<std::uint32_t>(0) != 42) return -ENOENT;
            return no_descriptor != 0 ? no_descriptor : new_descriptor();
        }
        if (call.command != get_info || no_info != 0) return call.command == get_info ? no_info : -EINVAL;
        auto* const info = call.pointer<std::byte>(8);
        std::byte* room = nullptr;
        std::uint32_t size = 0;
        std::memcpy(&room, info, sizeof room);
        std::memcpy(&size, info + 8, sizeof size);
        std::transform(blob_.begin(), blob_.begin() + std::min<std::ptrdiff_t>(size, std::ssize(blob_)), room,
                       [](char each) { return static_cast<std::byte>(each); });
        size = static_cast<std::uint32_t>(blob_.size());
        std::memcpy(info + 8, &size, sizeof size);
        return 0;
    }

    std::string_view blob_;
    bpfxx::sys::info::map map_{};
};

/// Room of exactly some bytes, so that AddressSanitizer sees a write or a read behind it.
class exact_room {
  public:
    explicit exact_room(std::size_t size) : bytes_{new std::byte[size]}, size_{size} {}
    [[nodiscard]] std::span<std::byte> span() const { return {bytes_.get(), size_}; }

  private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_;
};

TEST_CASE("a map's BTF is read and compared, key and value") {
    kernel_with kernel{described.blob.text()};
    exact_room const room{2048};
    CHECK(kernel.check({room.span()}));
    CHECK(kernel.calls == 2);

    auto const value = kernel.check<flow, moved_stats>({room.span()});
    REQUIRE(!value);
    CHECK(value.error().failure == bpfxx::error{errc::layout_differs, command::obj_get_info_by_fd});
    CHECK(static_cast<bpfxx::error>(value.error()) == value.error().failure);
    CHECK(value.error().difference.member() == "value.packets");
    auto const key = kernel.check<std::uint64_t, moved_stats>({room.span()});
    REQUIRE(!key);
    CHECK(key.error().difference.member() == "key");
    CHECK(key.error().room_needed == 0);
    CHECK(key.error().problem == btf::malformed{});

    // What has no type on one side is not compared.
    CHECK(kernel.check<void, stats>({room.span()}));
    kernel.map().btf_key_type_id = 0;
    CHECK(kernel.check<std::uint64_t, stats>({room.span()}));
    CHECK(!kernel.check<std::uint64_t, moved_stats>({room.span()}));
    using nothing_found = bpfxx::stored_found<stats, void>;
    CHECK(kernel.check<std::uint64_t, nothing_found>({room.span()}));
}

TEST_CASE("a map without BTF costs no call") {
    kernel_with kernel{described.blob.text()};
    kernel.map().btf_id = {};
    CHECK(kernel.check({.room = {}}));
    auto const refused = kernel.check({.room = {}, .required = true});
    REQUIRE(!refused);
    CHECK(refused.error().failure == bpfxx::error{errc::enodata, command::obj_get_info_by_fd});
    CHECK(kernel.calls == 0);
}

TEST_CASE("failures on the way are told") {
    kernel_with kernel{described.blob.text()};
    exact_room const room{2048};
    kernel.no_info = -EFAULT;
    CHECK(kernel.check({room.span()}).error().failure == bpfxx::error{errc::efault, command::obj_get_info_by_fd});
    kernel.no_descriptor = -EPERM;
    CHECK(kernel.check({room.span()}).error().failure == bpfxx::error{errc::eperm, command::btf_get_fd_by_id});
    CHECK(kernel.calls == 1);
}

TEST_CASE("BTF that cannot be read is called malformed, wherever that shows") {
    exact_room const room{2048};
    std::string header{described.blob.text()};
    header[2] = 9;
    auto const version = kernel_with{header}.check({room.span()});
    REQUIRE(!version);
    CHECK(version.error().failure == bpfxx::error{errc::malformed_answer, command::obj_get_info_by_fd});
    CHECK(version.error().problem == btf::malformed{btf::reason::unknown_version, 2});

    kernel_with unknown{described.blob.text()};
    unknown.map().btf_value_type_id = 1000;
    auto const id = unknown.check({room.span()});
    REQUIRE(!id);
    CHECK(id.error().failure == bpfxx::error{errc::malformed_answer, command::obj_get_info_by_fd});
    CHECK(id.error().problem.why == btf::reason::no_such_type);
    CHECK(!id.error().difference);

    kernel_with empty{std::string_view{}};
    auto const nothing = empty.check({room.span()});
    REQUIRE(!nothing);
    CHECK(nothing.error().problem.why == btf::reason::header_truncated);
}

TEST_CASE("too little room is never overrun, and what is said to be enough is") {
    kernel_with kernel{described.blob.text()};
    auto const view = btf::view::parse(described.blob.text());
    REQUIRE(view);
    std::size_t const blob = described.blob.size();
    for (std::size_t start = 0; start != 4; ++start) {
        CAPTURE(start);
        std::size_t const index = (start + blob + 3) / 4 * 4 - start; // numbers lie aligned behind the blob
        std::size_t const enough = index + view->type_count() * 4;
        for (std::size_t size = 0; size <= enough; ++size) {
            exact_room const room{start + size};
            auto const checked = kernel.check({room.span().subspan(start)});
            REQUIRE(checked.has_value() == (size == enough));
            if (checked) continue;
            REQUIRE(checked.error().failure == bpfxx::error{errc::buffer_too_small, command::obj_get_info_by_fd});
            // Before the blob is known, its types are guessed, as many as can be.
            REQUIRE(checked.error().room_needed == (size < blob ? index + blob / 3 : enough));
            REQUIRE(checked.error().room_needed >= enough);
        }
    }
}

TEST_CASE("whatever the blob says, no room is overrun") {
    std::string_view const sound = described.blob.text();
    exact_room const room{sound.size() + 256};
    std::size_t refused = 0;
    for (std::size_t at = 0; at != sound.size(); ++at) {
        for (unsigned const value : {0U, 1U, 2U, 0x7fU, 0xffU}) {
            std::string blob{sound};
            blob[at] = static_cast<char>(value);
            refused += !kernel_with{blob}.check({room.span()});
        }
        refused += !kernel_with{sound.substr(0, at)}.check({room.span()});
    }
    CHECK(refused > sound.size());
}

} // namespace
