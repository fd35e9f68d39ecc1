#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/handle.hpp>
#include <bpfxx/map/options.hpp>
#include <bpfxx/sys/handle.hpp>

#include <cstdint>
#include <utility>

namespace bpfxx {

/// What every view does with its map as an object: the base of all views, which adds to `sys::handle` what only maps
/// have.
template <class Kind, access_mode Access>
class map_object : public sys::handle<kind::map> {
    using base = sys::handle<kind::map>;

  protected:
    static constexpr bool reads = readable<Access>;
    static constexpr bool writes = writable<Access>;
    static constexpr bool has_freeze = Kind::facts.can(map_operations::freeze);

    static_assert(reads || has(Kind::facts.flags, map_flags::wronly),
                  "the kernel makes no write-only descriptor of this type of map: name read_write or read_only");

  public:
    using access_type = Access;
    using kind_type = Kind;
    using options_type = map_options<Kind>;

    /// The capacity, as it was given or found.
    [[nodiscard]] std::uint32_t max_entries() const noexcept { return max_entries_; }

    /// What the kernel says of the map, and how much of that this kernel knows.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD, `struct bpf_map_info`
    /// Costs: one system call
    [[nodiscard]] result<sys::known<sys::info::map>> info() const noexcept {
        return sys::get_info<sys::info::map>(fd_);
    }

    /// Forbids all further writes from user space, through every descriptor.
    /// UAPI: BPF_MAP_FREEZE
    /// Since: Linux 5.2
    /// Errors: EPERM frozen already (EBUSY before 6.5); EBUSY a writable mapping exists
    /// Costs: one system call
    [[nodiscard]] result<void> freeze() const noexcept
        requires(writes && has_freeze)
    {
        return sys::call(sys::attr::map_freeze{.map_fd = fd_});
    }
    void freeze() const // this view is read-only: only a descriptor that may write can freeze
        requires(!writes)
    = delete;
    void freeze() const // the kernel cannot freeze this type of map
        requires(writes && !has_freeze)
    = delete;

  protected:
    explicit map_object(detail::opened_map opened) noexcept
        : base{std::move(opened.fd)}, max_entries_{opened.max_entries} {}

  private:
    std::uint32_t max_entries_;
};

} // namespace bpfxx
