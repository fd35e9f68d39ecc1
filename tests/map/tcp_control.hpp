#pragma once
// A TCP congestion control made of programs, in the size and at the offsets of the running kernel.
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/struct_ops.hpp>
#include <bpfxx/program/handle.hpp>

#include "btf/running_kernel.hpp"

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

namespace tcp_control {

using namespace bpfxx;

/// `struct bpf_struct_ops_tcp_congestion_ops` in one of the sizes that it has had.
template <std::size_t Size>
struct control {
    struct_ops_header common;
    std::array<std::byte, Size - sizeof(struct_ops_header)> rest;
};

inline constexpr auto return_2 = assemble(insn::mov(insn::r0, 2), insn::exit());

/// Counts in the only element of an array, and answers 2.
// clang-format off: one step per line
inline constexpr auto count = assemble(
    insn::store<std::uint32_t>(insn::r10 - 4, 0),
    insn::load_map(insn::r1, insn::map_slot<0>{}), insn::mov(insn::r2, insn::r10), insn::add(insn::r2, -4),
    insn::call(insn::helper::map_lookup_elem),
    insn::jump_if(insn::r0 == 0, "out"),
    insn::mov(insn::r1, 1), insn::atomic_add<std::uint64_t>(insn::r0 + 0, insn::r1),
  insn::label("out"),
    insn::mov(insn::r0, 2), insn::exit());
// clang-format on

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

inline constexpr char const* no_ops = "this kernel's BTF does not show TCP congestion controls as struct_ops";

template <class Code>
struct_ops_program function(tcp_types const& types, char const* member, Code const& code) {
    char log[4096];
    auto loaded = struct_ops_program::load({.insns = code,
                                            .license = "GPL",
                                            .expected_attach_type = static_cast<attach_type>(types.number(member)),
                                            .attach_btf_id = types.ops.id()},
                                           log);
    INFO(std::string{loaded ? "" : loaded.error().log});
    REQUIRE(loaded);
    return std::move(*loaded);
}

/// The least that the kernel takes for a congestion control, under a name; with a counter of the times that the kernel
/// asks it how the window is to grow.
template <class Value>
class made_control {
  public:
    made_control(tcp_types const& types, std::string_view name, array_map<std::uint64_t> const* counter = nullptr) {
        put(types.offset("name"), name.data(), name.size());
        for (auto const* const member : {"ssthresh", "cong_avoid", "undo_cwnd"}) {
            bool const counts = counter != nullptr && std::string_view{member} == "cong_avoid";
            programs_.push_back(counts ? function(types, member, count.with(counter->fd()))
                                       : function(types, member, return_2));
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

inline bool is_registered(std::string_view name) {
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

} // namespace tcp_control
