#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// Whose packets a netfilter hook sees.
/// UAPI: NFPROTO_IPV4, NFPROTO_IPV6
enum class netfilter_family : std::uint32_t { ipv4 = 2, ipv6 = 10 };

/// Where on its way a packet is seen.
/// UAPI: `enum nf_inet_hooks`
enum class netfilter_place : std::uint32_t { pre_routing, local_in, forward, local_out, post_routing };

/// When a netfilter hook's turn is: lower ones come first, -400 is where fragments are put together, -200 connection
/// tracking, 0 the filter tables. The two ends are the kernel's own, and do not compile where they are constants.
/// UAPI: `enum nf_ip_hook_priorities`
class netfilter_priority {
  public:
    template <std::integral Number>
    consteval netfilter_priority(Number constant) noexcept : number_{static_cast<std::int32_t>(constant)} {
        using limits = std::numeric_limits<std::int32_t>;
        if (std::cmp_less_equal(constant, limits::min()) || std::cmp_greater_equal(constant, limits::max()))
            ill_formed("the kernel keeps the first and the last netfilter priority for itself: take one between");
    }

    template <class Missing = void>
    constexpr netfilter_priority() noexcept {
        static_assert(!std::is_void_v<Missing>, "a netfilter hook needs its place in the order: give .priority");
    }

    /// A number that is not known while compiling: attaching says ERANGE where it is one of the kernel's own.
    [[nodiscard]] static constexpr netfilter_priority of(std::int32_t number) noexcept {
        return {number, at_run_time{}};
    }

    [[nodiscard]] constexpr std::int32_t number() const noexcept { return number_; }

  private:
    struct at_run_time {};

    constexpr netfilter_priority(std::int32_t number, at_run_time) noexcept : number_{number} {}

    std::int32_t number_ = 0;
};

/// What the kernel says of a link to a netfilter hook.
struct netfilter_info {
    link_id id;
    program_id program;
    netfilter_family family;
    netfilter_place hook;
    std::int32_t priority;
    bool defragment;
};

namespace link_kind {

/// The link of a program to a netfilter hook. It does not keep the network namespace alive, in which it is.
/// UAPI: BPF_LINK_TYPE_NETFILTER
/// Since: Linux 6.4
struct netfilter {
    static constexpr link_type type = link_type::netfilter;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = false;

    /// The same before and after a detach.
    /// UAPI: `bpf_link_info.netfilter`
    /// Since: Linux 6.4
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<netfilter_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const info = sys::get_info<sys::info::link_netfilter>(link);
        if (!info) return info.error();
        return netfilter_info{
            .id = (*info)->id,
            .program = (*info)->prog_id,
            .family = static_cast<netfilter_family>((*info)->pf),
            .hook = static_cast<netfilter_place>((*info)->hooknum),
            .priority = (*info)->priority,
            .defragment = has((*info)->flags, netfilter_flags::ip_defrag),
        };
    }
};

} // namespace link_kind

using netfilter_link = basic_link<link_kind::netfilter>;

/// Attaches to a netfilter hook of the network namespace that the caller is in: the program says of each packet whether
/// it goes on.
/// UAPI: BPF_LINK_CREATE with BPF_NETFILTER
/// Since: Linux 6.4, `defragment` 6.6
/// Errors: EBUSY the priority is taken at this hook; ERANGE it is one of the kernel's own, or with `defragment` not
/// above -400; EOPNOTSUPP this kernel knows no `defragment`; EAFNOSUPPORT it is built without the family or its
/// defragmenting; EINVAL it is built without netfilter links
/// Costs: one system call, no allocation
struct netfilter_hook {
    required<netfilter_family> family;
    required<netfilter_place> hook;
    netfilter_priority priority;
    /// Puts fragments together before the program sees them, so that each is a whole packet.
    bool defragment = false;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::netfilter>;

    template <class ProgramKind>
    [[nodiscard]] result<netfilter_link> attach_to(fd_ref<kind::program> program) const noexcept {
        auto opened = sys::call(sys::attr::link_create_netfilter{
            .prog_fd = program,
            .pf = static_cast<std::uint32_t>(netfilter_family{family}),
            .hooknum = static_cast<std::uint32_t>(netfilter_place{hook}),
            .priority = priority.number(),
            .flags = defragment ? netfilter_flags::ip_defrag : netfilter_flags::none,
        });
        if (!opened) return opened.error();
        return netfilter_link::adopt_unchecked(*std::move(opened));
    }
};

} // namespace bpfxx
