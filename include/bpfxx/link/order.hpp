#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/sys/attr/relative.hpp>
#include <bpfxx/sys/flags.hpp>

#include <concepts>

namespace bpfxx {

namespace detail {

template <class T>
concept attach_anchor = std::same_as<T, fd_ref<kind::program>> || std::same_as<T, fd_ref<kind::link>> ||
                        std::same_as<T, program_id> || std::same_as<T, link_id>;

// The kernel reads the anchor's number as what these two flags say that it is.
template <attach_anchor Anchor>
constexpr attach_flags anchor_flags() noexcept {
    constexpr bool by_id = std::same_as<Anchor, program_id> || std::same_as<Anchor, link_id>;
    constexpr bool is_link = std::same_as<Anchor, fd_ref<kind::link>> || std::same_as<Anchor, link_id>;
    return (by_id ? attach_flags::id : attach_flags::none) | (is_link ? attach_flags::link : attach_flags::none);
}

} // namespace detail

/// Where a program goes among those that are at a hook already: `attach_order::before(other.fd())`. Where nothing is
/// said it goes to the end.
/// UAPI: BPF_F_BEFORE, BPF_F_AFTER, BPF_F_ID, BPF_F_LINK, `relative_fd`, `relative_id`
/// Since: Linux 6.6 for tcx and netkit, 6.17 for cgroups
/// Errors: of attaching: ENOENT the anchor is not at this hook, or there is no such id; EBADF
class attach_order {
  public:
    constexpr attach_order() noexcept = default;

    [[nodiscard]] static constexpr attach_order first() noexcept { return {attach_flags::before, {}}; }
    [[nodiscard]] static constexpr attach_order last() noexcept { return {attach_flags::after, {}}; }

    /// In front of a program or a link at this hook, named by its descriptor or its id.
    template <detail::attach_anchor Anchor>
    [[nodiscard]] static constexpr attach_order before(Anchor anchor) noexcept {
        return {attach_flags::before | detail::anchor_flags<Anchor>(), anchor};
    }

    /// Right behind it.
    template <detail::attach_anchor Anchor>
    [[nodiscard]] static constexpr attach_order after(Anchor anchor) noexcept {
        return {attach_flags::after | detail::anchor_flags<Anchor>(), anchor};
    }

    [[nodiscard]] constexpr attach_flags flags() const noexcept { return flags_; }
    [[nodiscard]] constexpr sys::attr::relative_place place() const noexcept { return place_; }

  private:
    constexpr attach_order(attach_flags given_flags, sys::attr::relative_place given_place) noexcept
        : flags_{given_flags}, place_{given_place} {}

    attach_flags flags_{};
    sys::attr::relative_place place_{};
};

} // namespace bpfxx
