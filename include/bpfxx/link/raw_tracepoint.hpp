#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx {

/// What the kernel says of a raw tracepoint link.
struct raw_tracepoint_info {
    link_id id;
    program_id program;
    /// In the caller's buffer, without its NUL; empty where that was empty.
    std::string_view name;
    /// The bytes that the name takes with its NUL.
    std::uint32_t name_size;
    /// The number that the hook was given; nothing for 0 and on kernels that do not say (before Linux 6.17).
    std::optional<std::uint64_t> cookie;
};

namespace link_kind {

/// The link of a program to a raw tracepoint.
/// UAPI: BPF_LINK_TYPE_RAW_TRACEPOINT
/// Since: Linux 5.8
struct raw_tracepoint {
    static constexpr link_type type = link_type::raw_tracepoint;
    static constexpr bool can_detach = false;
    static constexpr bool can_update = false;

    /// Asks with a buffer for the name, or with an empty one for everything else.
    /// UAPI: `bpf_link_info.raw_tracepoint`
    /// Since: Linux 5.8; cookie 6.17
    /// Errors: ENOSPC the name and its NUL do not fit: an empty buffer tells `name_size`
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<raw_tracepoint_info> info(fd_ref_of<kind::link> auto link,
                                                          std::span<char> name) noexcept {
        using answer = sys::info::link_raw_tracepoint;
        answer request;
        if (!name.empty()) {
            request.tp_name = name.data();
            request.tp_name_len = sys::saturated(name.size());
        }
        auto const info = sys::get_info<answer>(link, request);
        if (!info) return info.error();
        auto const size = (*info)->tp_name_len;
        // 0 where the kernel wrote nothing, and also where it knows no cookie but longer answers for other links.
        auto const cookie = (*info)->cookie;
        return raw_tracepoint_info{
            .id = (*info)->id,
            .program = (*info)->prog_id,
            .name = name.empty() || size == 0 ? std::string_view{} : std::string_view{name.data(), size - 1},
            .name_size = size,
            .cookie = cookie == 0 ? std::nullopt : std::optional{cookie},
        };
    }
};

} // namespace link_kind

using raw_tracepoint_link = basic_link<link_kind::raw_tracepoint>;

/// The name of a tracepoint without its group, such as "sys_enter"; borrowed, ending with NUL.
class tracepoint_name {
  public:
    constexpr tracepoint_name(char const* text) noexcept : text_{text} {}

    template <class Missing = void>
    constexpr tracepoint_name() noexcept {
        static_assert(!std::is_void_v<Missing>, "a raw tracepoint hook needs the tracepoint: give .name");
    }

    [[nodiscard]] constexpr char const* c_str() const noexcept { return text_; }

  private:
    char const* text_ = nullptr;
};

/// Attaches to a tracepoint by name: the program's context is the tracepoint's arguments as an array of 64-bit numbers.
/// The cookie is what the program gets from its helper `get_attach_cookie`.
/// UAPI: BPF_RAW_TRACEPOINT_OPEN
/// Since: Linux 4.17; cookie 6.10
/// Errors: ENOENT no such tracepoint; EINVAL the program uses more arguments than the tracepoint has, or writes beyond
/// a writable one, or the kernel knows no cookie; EEXIST the program is there already (before Linux 6.10)
/// Costs: one system call, no allocation
struct raw_tracepoint_hook {
    tracepoint_name name;
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::raw_tracepoint> ||
                                    std::same_as<ProgramKind, program_kind::raw_tracepoint_writable>;

    template <class ProgramKind>
    [[nodiscard]] result<raw_tracepoint_link> attach_to(fd_ref<kind::program> program) const noexcept {
        auto opened = sys::call(sys::attr::raw_tracepoint_open{name.c_str(), program, 0, cookie});
        if (!opened) return opened.error();
        return raw_tracepoint_link::adopt_unchecked(*std::move(opened));
    }
};

} // namespace bpfxx
