#pragma once
// The four hooks where traffic control programs are attached to a pair of devices, each with what is alike in all of
// them: a test case for all is written once, as
// TEST_CASE_TEMPLATE("what", Place, EACH_PLACE).

#include "kernel/support/trail.hpp"
#include "kernel/support/veth.hpp"

#include <bpfxx/attach/netkit.hpp>
#include <bpfxx/attach/tcx.hpp>
#include <bpfxx/link/netkit.hpp>
#include <bpfxx/link/tcx.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace support {

/// What arrives at `out`.
struct tcx_ingress {
    using pair = veth_pair;
    using link = bpfxx::tcx_link;
    using hook = bpfxx::tcx_hook;
    using direct_hook = bpfxx::direct::tcx_hook;
    static constexpr auto where = bpfxx::tc_direction::ingress;
    static constexpr auto type = bpfxx::attach_type::tcx_ingress;
    static constexpr bool backwards = false;
    static constexpr char const* name = "tcx_hook";
    static constexpr char const* direct_name = "direct::tcx_hook";

    static bpfxx::interface_index device(pair const& devices) { return devices.out(); }
    /// As the kernel tells it of a link.
    static bpfxx::interface_index told_device(pair const& devices) { return devices.out(); }
    static auto place(bpfxx::tcx_info const& info) { return info.direction; }
};

/// What leaves by `in`.
struct tcx_egress : tcx_ingress {
    static constexpr auto where = bpfxx::tc_direction::egress;
    static constexpr auto type = bpfxx::attach_type::tcx_egress;

    static bpfxx::interface_index device(pair const& devices) { return devices.in(); }
    static bpfxx::interface_index told_device(pair const& devices) { return devices.in(); }
};

/// What the primary, `in`, sends.
struct netkit_primary {
    using pair = netkit_pair;
    using link = bpfxx::netkit_link;
    using hook = bpfxx::netkit_hook;
    using direct_hook = bpfxx::direct::netkit_hook;
    static constexpr auto where = bpfxx::netkit_side::primary;
    static constexpr auto type = bpfxx::attach_type::netkit_primary;
    static constexpr bool backwards = false;
    static constexpr char const* name = "netkit_hook";
    static constexpr char const* direct_name = "direct::netkit_hook";

    static bpfxx::interface_index device(pair const& devices) { return devices.in(); }
    static bpfxx::interface_index told_device(pair const& devices) { return devices.in(); }
    static auto place(bpfxx::netkit_info const& info) { return info.side; }
};

/// What its peer, `out`, sends.
struct netkit_peer : netkit_primary {
    static constexpr auto where = bpfxx::netkit_side::peer;
    static constexpr auto type = bpfxx::attach_type::netkit_peer;
    static constexpr bool backwards = true;

    static bpfxx::interface_index told_device(pair const& devices) { return devices.out(); }
};

#define EACH_PLACE support::tcx_ingress, support::tcx_egress, support::netkit_primary, support::netkit_peer

/// What BPF_PROG_QUERY says of a hook.
struct hook_contents {
    std::uint64_t revision = 0;
    std::vector<bpfxx::program_id> programs;
    std::vector<bpfxx::link_id> links; // 0 where there is none
};

/// A pair of devices, one of those hooks there, and programs that leave their trail.
template <class Place>
class device_hook {
  public:
    static constexpr int next = static_cast<int>(bpfxx::tc_action::next);
    static constexpr int pass = static_cast<int>(bpfxx::tc_action::pass);
    static constexpr int drop = static_cast<int>(bpfxx::tc_action::drop);

    using link = typename Place::link;
    using hook = typename Place::hook;
    using direct_hook = typename Place::direct_hook;

    typename Place::pair const pair{};
    support::trail const trail{};

    /// Why there is nothing to test here, or nullptr.
    [[nodiscard]] char const* obstacle() const {
        if (!pair) return "this kernel has no such devices (the modules veth and netkit)";
        auto const tried = program<1>().attach(at());
        if (!tried && tried.error().code == bpfxx::errc::einval)
            return "this kernel has no such hook (tcx: before Linux 6.6, netkit: 6.7)";
        return nullptr;
    }

    template <int Digit, int Verdict = next>
    [[nodiscard]] bpfxx::sched_cls_program program() const {
        return trail.program<bpfxx::program_kind::sched_cls, Digit, Verdict>();
    }

    [[nodiscard]] bpfxx::interface_index device() const { return Place::device(pair); }
    [[nodiscard]] hook at(bpfxx::attach_order order = {}, std::uint64_t revision = 0) const {
        return {device(), Place::where, order, revision};
    }
    [[nodiscard]] direct_hook direct_at(bpfxx::attach_order order = {}, std::uint64_t revision = 0,
                                        bpfxx::optional_fd_ref<bpfxx::kind::program> replace = {}) const {
        return {device(), Place::where, order, revision, replace};
    }

    [[nodiscard]] bool passes() const { return Place::backwards ? pair.passes_back() : pair.passes(); }
    /// By a program that left its trail.
    [[nodiscard]] bool drops() const {
        auto const ran = [&] { return !trail.empty(); };
        return Place::backwards ? pair.drops_back(ran) : pair.drops(ran);
    }

    /// The digits of the programs that a packet gets past, in their order.
    [[nodiscard]] std::uint64_t order() const {
        static_cast<void>(trail.take());
        CHECK(passes());
        return trail.take();
    }

    [[nodiscard]] hook_contents contents() const {
        std::array<bpfxx::program_id, 64> programs{};
        std::array<bpfxx::link_id, 64> links{};
        bpfxx::sys::attr::prog_query_interface query{.target_ifindex = device(),
                                                     .attach_type = Place::type,
                                                     .prog_ids = programs.data(),
                                                     .count = 64,
                                                     .link_ids = links.data()};
        auto const asked = bpfxx::sys::call(query);
        if (!asked && asked.error().code == bpfxx::errc::enoent) return {}; // nothing was ever there
        REQUIRE(asked);
        return {query.revision,
                {programs.begin(), programs.begin() + query.count},
                {links.begin(), links.begin() + query.count}};
    }

    /// The other way out, which an attachment may find used.
    [[nodiscard]] bpfxx::result<void> detach(bpfxx::sched_cls_program const& what) const {
        return bpfxx::sys::call(bpfxx::sys::attr::prog_detach_interface{
            .target_ifindex = device(), .attach_bpf_fd = what.fd(), .attach_type = Place::type});
    }
};

} // namespace support
