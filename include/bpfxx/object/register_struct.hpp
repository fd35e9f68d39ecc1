#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx::object {

/// A struct of functions of an object, given to the kernel: as long as this lives, by a link where its section says so,
/// else by its map.
class [[nodiscard]] registered_struct {
  public:
    registered_struct() noexcept = default;
    explicit registered_struct(owned_fd<kind::link> link) noexcept : link_{std::move(link)} {}
    explicit registered_struct(owned_fd<kind::map> map) noexcept : map_{std::move(map)} {}
    registered_struct(registered_struct&& other) noexcept
        : link_{std::exchange(other.link_, std::nullopt)}, map_{std::exchange(other.map_, std::nullopt)} {}
    registered_struct& operator=(registered_struct&& other) noexcept {
        std::swap(link_, other.link_);
        std::swap(map_, other.map_);
        return *this;
    }
    ~registered_struct() { static_cast<void>(end()); }

    [[nodiscard]] explicit operator bool() const noexcept { return link_ || map_; }

    /// The link, lent; none where the map holds the registration.
    [[nodiscard]] optional_fd_ref<kind::link> link() const& noexcept {
        return link_ ? optional_fd_ref<kind::link>{*link_} : optional_fd_ref<kind::link>{};
    }

    /// Ends the registration now.
    /// UAPI: BPF_MAP_DELETE_ELEM, or the link's descriptor is closed
    /// Errors: those of BPF_MAP_DELETE_ELEM
    result<void> end() noexcept {
        link_.reset();
        auto const map = std::exchange(map_, std::nullopt);
        if (!map) return outcome::success();
        std::uint32_t const zero = 0;
        return sys::call(sys::attr::map_delete_elem{.map_fd = *map, .key = &zero});
    }

  private:
    std::optional<owned_fd<kind::link>> link_{};
    std::optional<owned_fd<kind::map>> map_{};
};

/// Registers a struct of functions of a loaded object.
/// UAPI: BPF_MAP_UPDATE_ELEM, BPF_LINK_CREATE
/// Since: Linux 5.6; with a link 6.4
/// Errors: EBADF the map was not created; EEXIST the kernel has one of this name; EINVAL a member is missing that the
/// kernel insists on
/// Costs: two system calls, no allocation
[[nodiscard]] inline result<registered_struct> register_struct(map_definition const& map,
                                                               loaded_map const& made) noexcept {
    if (!made.fd || made.value.empty()) return error{errc::ebadf, command::map_update_elem};
    bool const by_link = has(map.flags, map_flags::link);
    std::uint32_t const zero = 0;
    auto const put =
        sys::call(sys::attr::map_update_elem{.map_fd = *made.fd, .key = &zero, .value = made.value.data()});
    // A link may have come and gone: what was stored for it stays.
    bool const is_stored = put || (by_link && put.error().code == errc::ebusy);
    if (!is_stored) return put.error();
    if (by_link) {
        auto link = sys::call(sys::attr::link_create_struct_ops{.map_fd = *made.fd});
        if (!link) return link.error();
        return registered_struct{*std::move(link)};
    }
    auto own = made.fd->duplicate();
    if (own) return registered_struct{*std::move(own)};
    static_cast<void>(sys::call(sys::attr::map_delete_elem{.map_fd = *made.fd, .key = &zero}));
    return own.error();
}

namespace detail {

/// Registers the structs of functions that were created, and puts the registrations beside them. Where one fails, those
/// before it stay.
[[nodiscard]] inline loading<void> register_each(plan const& what, slots const& from,
                                                 slice<registered_struct> into) noexcept {
    for (std::size_t at = 0; at != what.maps.size(); ++at) {
        map_definition const& map = what.maps[at];
        if (map.origin != map_origin::struct_ops || !from.maps[at].fd || into[at]) continue;
        auto made = register_struct(map, from.maps[at]);
        if (!made) return object_error{.during = step::register_struct, .failure = made.error(), .name = map.name};
        into[at] = *std::move(made);
    }
    return outcome::success();
}

} // namespace detail

} // namespace bpfxx::object
