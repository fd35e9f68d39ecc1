#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/map/struct_ops.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <optional>
#include <utility>

namespace bpfxx {

/// What the kernel says of a struct_ops link.
struct struct_ops_info {
    link_id id;
    /// Nothing once it was detached.
    std::optional<map_id> map;
};

namespace link_kind {

/// The registration of a struct of functions, as long as the link lives.
/// UAPI: BPF_LINK_TYPE_STRUCT_OPS
/// Since: Linux 6.4
struct struct_ops {
    static constexpr link_type type = link_type::struct_ops;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = true;

    /// Registers the functions of another map in the place of those that are there, without a moment of neither.
    /// UAPI: BPF_LINK_UPDATE
    /// Since: Linux 6.4
    /// Errors: EINVAL the map has no functions yet, or they have another name; EOPNOTSUPP the subsystem cannot; ENOLINK
    /// the link was detached
    /// Costs: one system call, no allocation
    template <class Value>
    [[nodiscard]] static result<void> update(fd_ref<kind::link> link,
                                             linked_struct_ops_map<Value> const& next) noexcept {
        return sys::call(sys::attr::link_update_map{.link_fd = link, .new_map_fd = next.fd()});
    }

    /// The same as long as the map that is there is the one that is expected.
    /// UAPI: BPF_LINK_UPDATE with BPF_F_REPLACE
    /// Errors: EPERM another map is there
    template <class Value, class Old>
    [[nodiscard]] static result<void> update(fd_ref<kind::link> link, linked_struct_ops_map<Value> const& next,
                                             linked_struct_ops_map<Old> const& expected) noexcept {
        return sys::call(sys::attr::link_update_map{.link_fd = link,
                                                    .new_map_fd = next.fd(),
                                                    .flags = link_update_flags::replace,
                                                    .old_map_fd = expected.fd()});
    }

    /// UAPI: `bpf_link_info.struct_ops`
    /// Since: Linux 6.4
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<struct_ops_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const said = sys::get_info<sys::info::link_struct_ops>(link);
        if (!said) return said.error();
        auto const map = (*said)->map_id;
        return struct_ops_info{.id = (*said)->id, .map = map == map_id{} ? std::nullopt : std::optional{map}};
    }
};

} // namespace link_kind

/// Lives as long as the functions are to be registered. Its descriptor is readable for poll(2), with POLLHUP, once it
/// was detached (Linux 6.11).
using struct_ops_link = basic_link<link_kind::struct_ops>;

/// Registers the functions that were stored in a map.
/// UAPI: BPF_LINK_CREATE with BPF_STRUCT_OPS
/// Since: Linux 6.4
/// Errors: EINVAL nothing was stored yet; EEXIST the subsystem has one of this name; EBUSY the map is registered already
/// Costs: one system call, no allocation
template <class Value>
[[nodiscard]] result<struct_ops_link> attach(linked_struct_ops_map<Value> const& map) noexcept {
    auto created = sys::call(sys::attr::link_create_struct_ops{.map_fd = map.fd()});
    if (!created) return created.error();
    return struct_ops_link::adopt_unchecked(*std::move(created));
}

template <class Value>
void attach(struct_ops_map<Value> const&) = delete; // update() registered these: only a linked map has a link

} // namespace bpfxx
