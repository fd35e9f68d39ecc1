// A TCP congestion control made of programs, registered with the running kernel.
#include <bpfxx/map/struct_ops.hpp>

#include <bpfxx/btf/kernel.hpp>
#include <bpfxx/btf/struct_ops.hpp>
#include <bpfxx/sys/attr/link.hpp>

#include "kernel/support/skip.hpp"
#include "map/tcp_control.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

using namespace bpfxx;
using namespace tcp_control;

static_assert(struct_ops_value<control<256>> && !struct_ops_value<struct_ops_header>);

template <class Map>
concept erases = requires(Map const& map) { map.erase(); };
template <class Map>
concept freezes = requires(Map const& map) { map.freeze(); };
static_assert(erases<struct_ops_map<control<256>>> && !erases<linked_struct_ops_map<control<256>>>);
static_assert(!freezes<struct_ops_map<control<256>>>);
static_assert(sizeof(struct_ops_function) == 8);

TEST_CASE("registered by update, unregistered by erase") {
    auto const found = tcp_types::find();
    if (!found) return support::skip(no_ops);
    with_kernel_size(*found, []<class Value>(tcp_types const& types) {
        any_btf const some;
        auto const map = struct_ops_map<Value>::create(
                             {.name = "control", .btf = some.fd(), .value_type_id = btf::number(types.wrapper.id())})
                             .value();
        CHECK((*map.info())->btf_vmlinux_value_type_id == btf::number(types.wrapper.id()));
        CHECK(map.state().value() == struct_ops_state::init);
        auto const empty = map.lookup().value();
        CHECK(std::memcmp(&empty, std::array<std::byte, sizeof(Value)>{}.data(), sizeof(Value)) == 0);
        CHECK_FALSE(*map.erase());

        made_control<Value> const control{types, "bpfxx_test_one"};
        auto const updated = map.update(control.value());
        REQUIRE(updated);
        CHECK(is_registered("bpfxx_test_one"));
        CHECK(map.state().value() == struct_ops_state::in_use);
        auto const stored = map.lookup().value();
        CHECK(stored.common.reference_count >= 1);
        CHECK(std::string_view{reinterpret_cast<char const*>(&stored) + types.offset("name")} == "bpfxx_test_one");
        CHECK(map.update(control.value()).error() == error{errc::ebusy, command::map_update_elem});

        CHECK(*map.erase());
        CHECK_FALSE(is_registered("bpfxx_test_one"));
        CHECK(map.state().value() == struct_ops_state::to_be_freed);
        CHECK(map.erase().error() == error{errc::einprogress, command::map_delete_elem});
        auto const again = map.update(control.value());
        CHECK_FALSE(again);
    });
}

TEST_CASE("registered by a link, as long as that lives") {
    auto const found = tcp_types::find();
    if (!found) return support::skip(no_ops);
    with_kernel_size(*found, []<class Value>(tcp_types const& types) {
        any_btf const some;
        auto const made =
            linked_struct_ops_map<Value>::create({.btf = some.fd(), .value_type_id = btf::number(types.wrapper.id())});
        if (!made) {
            CHECK(made.error() == error{errc::einval, command::map_create});
            return support::skip("this kernel registers struct_ops by update alone (before Linux 6.4)");
        }
        made_control<Value> const control{types, "bpfxx_test_two"};
        CHECK(made->update(control.value()));
        CHECK(made->state().value() == struct_ops_state::ready);
        CHECK_FALSE(is_registered("bpfxx_test_two"));
        {
            auto const link = sys::call(sys::attr::link_create_struct_ops{.map_fd = made->fd()});
            REQUIRE(link);
            CHECK(is_registered("bpfxx_test_two"));
        }
        CHECK_FALSE(is_registered("bpfxx_test_two"));
        CHECK(detail::erase(made->fd(), std::uint32_t{0}).error().code == errc::eopnotsupp);

        auto const differs = error{errc::map_flags_differ, command::obj_get_info_by_fd};
        CHECK(struct_ops_map<Value>::open(made->id().value()).error() == differs);
        CHECK(linked_struct_ops_map<Value>::open(made->id().value()));
    });
}

TEST_CASE("another size than the kernel's is refused, and so is what is no struct_ops") {
    auto const found = tcp_types::find();
    if (!found) return support::skip(no_ops);
    any_btf const some;
    auto const wrong_size =
        struct_ops_map<control<72>>::create({.btf = some.fd(), .value_type_id = btf::number(found->wrapper.id())});
    CHECK(wrong_size.error() == error{errc::einval, command::map_create});
    auto const no_type = struct_ops_map<control<256>>::create({.btf = some.fd(), .value_type_id = 1});
    CHECK(no_type.error() == error{errc::enotsupp, command::map_create});
}

TEST_CASE("a value with room to spare, in the size that the kernel's types tell") {
    auto const kernel = btf::kernel_types::open();
    if (!kernel) return support::skip(no_ops);
    auto const control = btf::struct_ops_type::find(*kernel, "tcp_congestion_ops");
    if (!control) return support::skip(no_ops);
    auto const same = tcp_types::find();
    CHECK(control->value_size() == same->wrapper.size());
    CHECK(control->value_type_id() == btf::number(same->wrapper.id()));
    CHECK(control->attach_btf_id() == same->ops.id());
    for (auto const* const member : {"ssthresh", "cong_avoid", "name"}) {
        CHECK(control->member(member)->offset == same->offset(member));
        CHECK(control->member(member)->number == static_cast<attach_type>(same->number(member)));
    }
    CHECK(control->member("no_such_member").error() == error{errc::type_not_found, command::search});
    for (auto const* const name : {"no_such_struct", "task_struct", ""})
        CHECK(btf::struct_ops_type::find(*kernel, name).error() == error{errc::type_not_found, command::search});

    using roomy = struct_ops_bytes<2048>;
    any_btf const some;
    auto const options = [&](std::uint32_t size) {
        return struct_ops_options{.btf = some.fd(), .value_type_id = control->value_type_id(), .value_size = size};
    };
    CHECK(struct_ops_map<roomy>::create(options(0)).error() == error{errc::einval, command::map_create});
    CHECK(struct_ops_map<roomy>::create(options(2049)).error() == error{errc::value_size_differs, command::map_create});
    auto const map = struct_ops_map<roomy>::create(options(control->value_size())).value();
    CHECK(map.state().value() == struct_ops_state::init);

    auto const made = made_control<roomy>{*same, "bpfxx_roomy"};
    CHECK(map.update(made.value()));
    CHECK(is_registered("bpfxx_roomy"));
    CHECK(map.lookup()->common.state == struct_ops_state::in_use);
    CHECK(*map.erase());
}

TEST_CASE("members go where there is room for them") {
    struct_ops_bytes<64> value{};
    CHECK(value.put(8, std::uint64_t{1}));
    CHECK(value.put(56, std::uint64_t{0x0102030405060708}));
    CHECK(value.rest[48] == std::byte{8});
    CHECK_FALSE(value.put(0, std::uint64_t{}));
    CHECK_FALSE(value.put(7, char{}));
    CHECK_FALSE(value.put(57, std::uint64_t{}));
    CHECK_FALSE(value.put(64, char{}));
    CHECK_FALSE(value.put(~std::size_t{}, char{}));
}

} // namespace
