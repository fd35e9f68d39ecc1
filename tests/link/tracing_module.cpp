// Programs at functions of a kernel module, which its own BTF names.
#include <bpfxx/btf/kernel.hpp>
#include <bpfxx/link/tracing.hpp>

#include "kernel/support/veth.hpp"
#include "link/traced.hpp"

#include <doctest/doctest.h>

namespace {

using namespace bpfxx;
using traced::noting, traced::watcher;

} // namespace

TEST_CASE("entry and exit of a module's function") {
    auto const* const kernel = traced::kernel();
    if (kernel == nullptr) return support::skip(traced::no_kernel_types);
    auto const veth = btf::module_types::open("veth", *kernel);
    if (!veth) {
        CHECK(veth.error() == error{errc::enoent, command::btf_get_next_id});
        return support::skip("no module veth is loaded here");
    }
    support::veth_pair const pair;
    REQUIRE(pair);
    auto const transmit = veth->function("veth_xmit");
    REQUIRE(transmit);
    watcher<fentry_program> const entry{noting(traced::word<1>), transmit, {}, veth->fd()};
    watcher<fexit_program> const exit{noting(traced::word<2>), transmit, {}, veth->fd()};
    if (!entry || !exit) return;
    {
        auto const entry_link = traced::attach(entry, tracing_hook{});
        auto const exit_link = traced::attach(exit, tracing_hook{});
        if (!entry_link || !exit_link) return;
        pair.send(3);
        CHECK(entry.take().times == 3);
        auto const left = exit.take();
        CHECK(left.times == 3);
        CHECK(static_cast<std::uint32_t>(left.value) == 0); // NETDEV_TX_OK
        auto const info = entry_link->info();
        REQUIRE(info);
        CHECK(info->target_function == *transmit);
        auto const module = sys::get_info<sys::info::btf>(veth->fd());
        REQUIRE(module);
        CHECK(info->target_object == static_cast<std::uint32_t>((*module)->id));
    }
    pair.send(3);
    CHECK(entry.take().times + exit.take().times == 0);

    // Without the module's descriptor the number is none of the kernel's.
    constexpr auto returns = insn::assemble(mov(insn::r0, 0), insn::exit());
    CHECK(fentry_program::load({.insns = returns, .license = "GPL", .attach_btf_id = *transmit}).error() ==
          error{errc::einval, command::prog_load});
}
