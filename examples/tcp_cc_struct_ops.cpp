// A TCP congestion control made of BPF programs in the place of a kernel struct's functions, which counts their calls.
#include "local_tcp.hpp"

#include <bpfxx/btf/kernel.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/btf/struct_ops.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/struct_ops.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/handle.hpp>

#include <netinet/tcp.h>

#include <array>
#include <cstdio>
#include <vector>

using namespace bpfxx::insn;
constexpr map_slot<0> calls{};

// Counts its calls under a number, and answers 2.
// clang-format off: one step a line
template <std::uint32_t Number>
constexpr auto counting = assemble(
    store<std::uint32_t>(r10 - 4, Number), load_map(r1, calls), mov(r2, r10), add(r2, -4), call(helper::map_lookup_elem),
    if_(r0 != 0), mov(r1, 1), atomic_add<std::uint64_t>(r0, r1), end_if(),
    mov(r0, 2), exit());
// clang-format on

constexpr char own_name[16] = "bpfxx_example";
constexpr char const* names[]{"ssthresh", "cong_avoid", "undo_cwnd"};

bpfxx::result<void> run() {
    auto const kernel = bpfxx::btf::kernel_types::open();
    if (!kernel) return kernel.error();
    auto const control = bpfxx::btf::struct_ops_type::find(*kernel, "tcp_congestion_ops");
    if (!control) return control.error();
    auto const counts = bpfxx::array_map<std::uint64_t>::create({.max_entries = 3});
    if (!counts) return counts.error();

    bpfxx::struct_ops_bytes<1024> value{};
    std::vector<bpfxx::struct_ops_program> functions;
    std::array const codes{counting<0>.with(counts->fd()), counting<1>.with(counts->fd()),
                           counting<2>.with(counts->fd())};
    for (std::size_t i = 0; auto const& code : codes) {
        auto const member = control->member(names[i++]);
        if (!member) return member.error();
        auto program = bpfxx::struct_ops_program::load({.insns = code,
                                                        .license = "GPL",
                                                        .expected_attach_type = member->number,
                                                        .attach_btf_id = control->attach_btf_id()});
        if (!program) return program.error();
        functions.push_back(*std::move(program));
        (void)value.put(member->offset, bpfxx::struct_ops_function{functions.back().fd()});
    }
    (void)value.put(control->member("name")->offset, own_name);

    auto const own_types = bpfxx::btf::load<int, int>(); // the kernel wants some BTF of the map's own
    if (!own_types) return own_types.error();
    auto const map = bpfxx::linked_struct_ops_map<decltype(value)>::create(
        {.btf = own_types->fd(), .value_type_id = control->value_type_id(), .value_size = control->value_size()});
    if (!map) return map.error();
    if (auto const stored = map->update(value); !stored) return stored.error();
    auto const link = attach(*map); // registered as long as it lives
    if (!link) return link.error();
    auto const server = local_tcp::listen();
    auto const client = local_tcp::connect(local_tcp::port_of(server)).value();
    ::setsockopt(client.raw(), IPPROTO_TCP, TCP_CONGESTION, own_name, sizeof own_name);
    local_tcp::send_a_megabyte(client, local_tcp::accept(server));
    for (std::uint32_t i = 0; char const* const name : names)
        std::printf("%-10s called %ju times\n", name, std::uintmax_t{**counts->lookup(i++)});
    return bpfxx::outcome::success();
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
