// A TCP congestion control made of programs, registered with the running kernel.
#include <bpfxx/map/struct_ops.hpp>

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/sys/attr/link.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

/// `struct bpf_struct_ops_tcp_congestion_ops` in one of the sizes that it has had.
template <std::size_t Size>
struct control {
    struct_ops_header common;
    std::array<std::byte, Size - sizeof(struct_ops_header)> rest;
};
static_assert(struct_ops_value<control<256>> && !struct_ops_value<struct_ops_header>);

template <class Map>
concept erases = requires(Map const& map) { map.erase(); };
template <class Map>
concept freezes = requires(Map const& map) { map.freeze(); };
static_assert(erases<struct_ops_map<control<256>>> && !erases<linked_struct_ops_map<control<256>>>);
static_assert(!freezes<struct_ops_map<control<256>>>);
static_assert(sizeof(struct_ops_function) == 8);

constexpr auto return_2 = assemble(insn::mov(insn::r0, 2), insn::exit());

/// What the kernel's BTF says of TCP congestion controls.
struct tcp_types {
    btf::type wrapper;
    btf::type ops;
    std::size_t data_offset;

    static std::optional<tcp_types> find() {
        auto const* const kernel = btf_test::running_kernel::get();
        if (kernel == nullptr) return std::nullopt;
        auto const wrapper = btf::find(kernel->view(), btf::kind::struct_, "bpf_struct_ops_tcp_congestion_ops");
        auto const ops = btf::find(kernel->view(), btf::kind::struct_, "tcp_congestion_ops");
        if (!wrapper || !ops) return std::nullopt;
        return tcp_types{*wrapper, *ops, btf::find_member(*wrapper, "data")->bit_offset() / 8};
    }

    /// Where a member of the ops is in the wrapper.
    [[nodiscard]] std::size_t offset(char const* member) const {
        return data_offset + btf::find_member(ops, member)->bit_offset() / 8;
    }
    [[nodiscard]] std::uint32_t number(std::string_view member) const {
        std::uint32_t number = 0;
        for (auto const each : ops.members()) {
            if (each.has_name(member)) return number;
            ++number;
        }
        FAIL("no such member");
        return 0;
    }
};

constexpr char const* no_ops = "this kernel's BTF does not show TCP congestion controls as struct_ops";

struct_ops_program function(tcp_types const& types, char const* member) {
    char log[4096];
    auto loaded = struct_ops_program::load({.insns = return_2,
                                            .license = "GPL",
                                            .expected_attach_type = static_cast<attach_type>(types.number(member)),
                                            .attach_btf_id = types.ops.id()},
                                           log);
    INFO(std::string{loaded ? "" : loaded.error().log});
    REQUIRE(loaded);
    return std::move(*loaded);
}

/// The least that the kernel takes for a congestion control, under a name.
template <class Value>
class made_control {
  public:
    made_control(tcp_types const& types, std::string_view name) {
        put(types.offset("name"), name.data(), name.size());
        for (auto const* const member : {"ssthresh", "cong_avoid", "undo_cwnd"}) {
            programs_.push_back(function(types, member));
            struct_ops_function const entry{programs_.back().fd()};
            put(types.offset(member), &entry, sizeof entry);
        }
    }

    [[nodiscard]] Value const& value() const { return value_; }

  private:
    void put(std::size_t offset, void const* from, std::size_t size) {
        std::memcpy(reinterpret_cast<std::byte*>(&value_) + offset, from, size);
    }

    Value value_{};
    std::vector<struct_ops_program> programs_;
};

bool is_registered(std::string_view name) {
    std::ifstream file{"/proc/sys/net/ipv4/tcp_available_congestion_control"};
    for (std::string each; file >> each;)
        if (each == name) return true;
    return false;
}

/// Calls `test.operator()<Value>(types)` with the value type that has the running kernel's size.
template <std::size_t Size = 64, class Test>
void with_kernel_size(tcp_types const& types, Test&& test) {
    if constexpr (Size > 1024) {
        FAIL("a congestion control is larger than this test knows");
    } else {
        if (types.wrapper.size() == Size) return test.template operator()<control<Size>>(types);
        with_kernel_size<Size + 64>(types, test);
    }
}

struct any_btf {
    btf::map_types types = btf::load<int, int>().value();
    [[nodiscard]] fd_ref<kind::btf> fd() const { return types.fd(); }
};

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

} // namespace
