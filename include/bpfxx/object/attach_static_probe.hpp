#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/object/attach_error.hpp>
#include <bpfxx/object/attach_event.hpp>
#include <bpfxx/object/attach_file.hpp>
#include <bpfxx/object/lazy_room.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/object/section_target.hpp>
#include <bpfxx/object/static_probe_spec.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/probe/binary.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <climits>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object {

/// An object's map `__bpf_usdt_specs`, borrowed, and how much of it is filled: one for each object, for all its static
/// probes. An entry stays taken when an attachment ends.
class static_probe_specs {
  public:
    /// Errors: map_type_differs no array; value_size_differs the object was compiled with a later usdt.bpf.h, whose
    /// layout is another one
    /// Costs: one system call
    [[nodiscard]] static result<static_probe_specs> of(fd_ref<kind::map> map) noexcept {
        auto const info = sys::get_info<sys::info::map>(map);
        if (!info) return info.error();
        if ((*info)->type != map_type::array) return error{errc::map_type_differs, command::obj_get_info_by_fd};
        if ((*info)->value_size != sizeof(static_probe_spec))
            return error{errc::value_size_differs, command::obj_get_info_by_fd};
        return static_probe_specs{map, (*info)->max_entries};
    }

    /// Stores one, and gives the number that is to be the program's cookie.
    /// UAPI: BPF_MAP_UPDATE_ELEM
    /// Errors: E2BIG the map is full: compile with a larger BPF_USDT_MAX_SPEC_CNT
    /// Costs: one system call
    [[nodiscard]] result<std::uint32_t> add(static_probe_spec const& spec) noexcept {
        if (next_ == capacity_) return error{errc::e2big, command::map_update_elem};
        auto const put = sys::call(sys::attr::map_update_elem{.map_fd = map_, .key = &next_, .value = &spec});
        if (!put) return put.error();
        return next_++;
    }

  private:
    static_probe_specs(fd_ref<kind::map> map, std::uint32_t capacity) noexcept : map_{map}, capacity_{capacity} {}

    fd_ref<kind::map> map_;
    std::uint32_t capacity_;
    std::uint32_t next_ = 0;
};

namespace detail {

/// The sites of a probe with what each of them is attached with.
struct probe_places {
    lazy_room<std::uint64_t> offsets;
    lazy_room<std::uint64_t> semaphores;
    lazy_room<std::uint64_t> cookies;
    bool has_semaphores = false;
    bool has_cookies = false;

    [[nodiscard]] static result<probe_places> make() noexcept {
        auto offsets = lazy_room<std::uint64_t>::make(most_places);
        auto semaphores = lazy_room<std::uint64_t>::make(most_places);
        auto cookies = lazy_room<std::uint64_t>::make(most_places);
        if (!offsets) return offsets.error();
        if (!semaphores) return semaphores.error();
        if (!cookies) return cookies.error();
        return probe_places{*std::move(offsets), *std::move(semaphores), *std::move(cookies)};
    }

    [[nodiscard]] bool push(probe::probe_site const& site, std::uint64_t cookie) noexcept {
        has_semaphores |= site.semaphore != 0;
        has_cookies |= cookie != 0;
        return offsets.push(site.offset) && semaphores.push(site.semaphore) && cookies.push(cookie);
    }
};

/// Sites in a row that have the same arguments share an entry of the map.
class site_cookies {
  public:
    site_cookies(section_name const& section, static_probe_specs* specs, std::uint64_t cookie) noexcept
        : section_{section}, specs_{specs}, cookie_{cookie} {}

    [[nodiscard]] result_with<std::uint64_t, attach_error> of(probe::probe_site const& site) noexcept {
        if (specs_ == nullptr) return cookie_;
        if (has_last_ && last_text_ == site.arguments) return last_;
        auto const spec = spec_of(site, cookie_);
        if (!spec) {
            auto why = failed(section_, error{errc::einval, command::search});
            why.argument = spec.error().why;
            return why;
        }
        auto const number = specs_->add(*spec);
        if (!number) return failed(section_, number.error());
        last_text_ = site.arguments;
        last_ = *number;
        has_last_ = true;
        return last_;
    }

  private:
    section_name const& section_;
    static_probe_specs* specs_;
    std::uint64_t cookie_;
    std::string_view last_text_{};
    std::uint64_t last_ = 0;
    bool has_last_ = false;
};

/// At one site, with the means that every kernel has.
[[nodiscard]] result<attachment> attach_site(fd_ref_of<kind::program> auto program, char const* path,
                                             probe_places const& places, std::size_t which) noexcept {
    std::uint64_t const semaphore = places.semaphores.filled()[which];
    if (semaphore > UINT32_MAX) return error{errc::einval, command::search};
    return attach_probe(program, uprobe_hook{.path = path,
                                             .offset = places.offsets.filled()[which],
                                             .reference_counter_offset = static_cast<std::uint32_t>(semaphore),
                                             .cookie = places.cookies.filled()[which]});
}

[[nodiscard]] result<attachment> attach_each_site(fd_ref_of<kind::program> auto program, char const* path,
                                                  probe_places const& places) noexcept {
    auto made = attachment_list::make(places.offsets.size());
    if (!made) return made.error();
    for (std::size_t which = 0; which != places.offsets.size(); ++which) {
        auto one = attach_site(program, path, places, which);
        if (!one) return one.error();
        made->push(*std::move(one));
    }
    return attachment{*std::move(made)};
}

[[nodiscard]] result<attachment> attach_sites(fd_ref_of<kind::program> auto program, char const* path,
                                              probe_places const& places,
                                              std::optional<attach_type> loaded_with) noexcept {
    auto const offsets = places.offsets.filled();
    if (loaded_with == attach_type::trace_uprobe_multi) {
        uprobe_multi_hook hook{.path = path, .offsets = offsets};
        if (places.has_semaphores) hook.reference_counter_offsets = places.semaphores.filled();
        if (places.has_cookies) hook.cookies = places.cookies.filled();
        return attach_places(program, attach_type::trace_uprobe_multi, hook);
    }
    return offsets.size() == 1 ? attach_site(program, path, places, 0) : attach_each_site(program, path, places);
}

} // namespace detail

/// Attaches to all sites of the static probe that `usdt/FILE:PROVIDER:NAME` names, in every process. A program that was
/// compiled with <bpf/usdt.bpf.h> needs `specs`, where the arguments of each site are stored, and has the user's cookie
/// there; a program without gets that cookie itself. A program that was loaded with `attach_type::trace_uprobe_multi`,
/// which is to be given as `loaded_with`, is attached to several sites by one link, others by one for each.
/// Since: Linux 5.15, for before that there are no cookies; `trace_uprobe_multi` 6.6
/// Errors: as `uprobe_hook` and `uprobe_multi_hook`; file_not_found; probe_not_found; malformed_file; EINVAL an argument
/// has no form in usdt.bpf.h (an address with an index has none): `argument` says why; E2BIG as `specs.add`;
/// too_many_matches more than 2^20 sites; ENOMEM
/// Costs: those of the hook, for each site where there are several, and then one allocation; one system call for each
/// site whose arguments differ from those before; those of looking for the file; 4 KB on the stack
[[nodiscard]] attached attach_static_probe(fd_ref_of<kind::program> auto program, section_name const& section,
                                           static_probe_specs* specs, std::uint64_t cookie,
                                           std::optional<attach_type> loaded_with) noexcept {
    auto const wanted = static_probe_of(section);
    if (!wanted) return detail::failed(section, wanted.error());
    char buffer[PATH_MAX];
    auto const path = find_named_file(wanted->file, buffer);
    if (!path) return detail::failed(section, path.error());
    auto const binary = probe::binary::open(*path);
    if (!binary) return detail::failed(section, binary.error());
    auto const sites = binary->static_probe(wanted->provider, wanted->name);
    if (!sites) return detail::failed(section, sites.error());
    auto places = detail::probe_places::make();
    if (!places) return detail::failed(section, places.error());
    detail::site_cookies cookies{section, specs, cookie};
    for (auto const site : *sites) {
        auto const number = cookies.of(site);
        if (!number) return number.error();
        if (!places->push(site, *number))
            return detail::failed(section, error{errc::too_many_matches, command::search});
    }
    return detail::finished(section, detail::attach_sites(program, *path, *places, loaded_with));
}

} // namespace bpfxx::object
