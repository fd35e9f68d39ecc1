#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/kprobe_multi.hpp>
#include <bpfxx/object/attach_error.hpp>
#include <bpfxx/object/attach_event.hpp>
#include <bpfxx/object/kernel_functions.hpp>
#include <bpfxx/object/lazy_room.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/object/section_target.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>

#include <cstdint>

namespace bpfxx::object {

namespace detail {

[[nodiscard]] result<attachment> attach_functions(fd_ref_of<kind::program> auto program, attach_type loaded_with,
                                                  kprobe_multi_hook const& hook) noexcept {
    if (loaded_with == attach_type::trace_kprobe_session)
        return to_attachment(hook.attach_to<program_kind::kprobe_session>(program));
    return to_attachment(hook.attach_to<program_kind::kprobe_multi>(program));
}

} // namespace detail

/// Attaches to all functions of the kernel that `kprobe.multi/PATTERN` names; each of them has the cookie.
/// Errors: as `kprobe_multi_hook`, and as `find_kernel_functions`
/// Costs: one system call for a name without `*` and `?` that the kernel knows; else those of `find_kernel_functions`
[[nodiscard]] attached attach_kernel_functions(fd_ref_of<kind::program> auto program, section_name const& section,
                                               std::uint64_t cookie) noexcept {
    auto const functions = kernel_function_of(section);
    if (!functions) return detail::failed(section, functions.error());
    kprobe_multi_hook hook{.returning = section.returning};
    detail::kernel_name name;
    name << functions->name;
    if (!name.fits()) return detail::failed(section, detail::name_too_long);
    if (!detail::has_character(name.view(), '*') && !detail::has_character(name.view(), '?')) {
        char const* const only[]{name.c_str()};
        hook.functions = only;
        if (cookie != 0) hook.cookies = {&cookie, 1};
        auto done = detail::attach_functions(program, section.attach_type, hook);
        // Some kernels know functions of modules by their addresses only.
        bool const unknown = !done && (done.error().code == errc::enoent || done.error().code == errc::esrch);
        if (!unknown) return detail::finished(section, std::move(done));
    }
    auto const addresses = cookie == 0 ? find_kernel_functions(name.view()) : find_kernel_function_starts(name.view());
    if (!addresses) return detail::failed(section, addresses.error());
    auto cookies = lazy_room<std::uint64_t>::make(detail::most_functions);
    if (!cookies) return detail::failed(section, cookies.error());
    if (cookie != 0)
        while (cookies->size() != addresses->size()) static_cast<void>(cookies->push(cookie));
    hook.functions = {};
    hook.addresses = addresses->filled();
    hook.cookies = cookies->filled();
    return detail::finished(section, detail::attach_functions(program, section.attach_type, hook));
}

} // namespace bpfxx::object
