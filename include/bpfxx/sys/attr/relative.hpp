#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>

#include <cstdint>
#include <type_traits>

namespace bpfxx::sys::attr {

/// The program or link beside which another one is attached, by descriptor or by id, or none. The flags say which:
/// `attach_flags::id` for an id, `attach_flags::link` for a link.
/// UAPI: `relative_fd` and `relative_id`, which share one place
/// Since: Linux 6.6
class relative_place {
  public:
    constexpr relative_place() noexcept = default;
    constexpr relative_place(fd_ref<kind::program> program) noexcept
        : number_{static_cast<std::uint32_t>(program.raw())} {}
    constexpr relative_place(fd_ref<kind::link> link) noexcept : number_{static_cast<std::uint32_t>(link.raw())} {}
    constexpr relative_place(program_id id) noexcept : number_{static_cast<std::uint32_t>(id)} {}
    constexpr relative_place(link_id id) noexcept : number_{static_cast<std::uint32_t>(id)} {}

    [[nodiscard]] constexpr std::uint32_t raw() const noexcept { return number_; }

  private:
    std::uint32_t number_ = 0;
};

static_assert(std::has_unique_object_representations_v<relative_place>);

} // namespace bpfxx::sys::attr
