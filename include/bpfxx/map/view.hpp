#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/handle.hpp>
#include <bpfxx/map/options.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// A further check at opening: `check.operator()<Key, Value>(descriptor, info)` gives a result with its own error type,
/// which can be made from `bpfxx::error`.
template <class Check>
concept map_check = requires { typename std::remove_cvref_t<Check>::error_type; };

/// A typed view that owns a map's descriptor: two integers in size, movable, never copied by accident. `Members` says
/// what can be done with it and of which shape the map has to be, and has a `create_map(options)` where creating takes
/// more than one call; here is how one comes by a view. A moved-from view owns nothing and must not be used.
template <class Members>
class [[nodiscard]] map_view : public Members {
  public:
    /// How such a map is created.
    using options_type = typename Members::options_type;

    /// Creates a map of this type with these key and value sizes.
    /// UAPI: BPF_MAP_CREATE
    /// Errors: EPERM CAP_BPF is missing; EINVAL a flag or a size that the type does not take; E2BIG too large; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] static result<map_view> create(options_type const& options) noexcept {
        if constexpr (requires { Members::create_map(options); })
            return wrap(Members::create_map(options));
        else
            return wrap(detail::opened_map::create(Members::shape, options.spec()));
    }

    /// Opens a pinned map, by path or relative to a directory (Linux 6.5), and checks it against the C++ types.
    /// UAPI: BPF_OBJ_GET, BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 4.13
    /// Errors: ENOENT no such path; EACCES the file's mode forbids this access; map_type_differs, key_size_differs,
    /// value_size_differs, map_flags_differ the map there is another one
    /// Costs: two system calls, no allocation; a refused map is closed again
    [[nodiscard]] static result<map_view> open(char const* path) noexcept {
        return wrap(detail::opened_map::open(Members::shape, path));
    }
    [[nodiscard]] static result<map_view> open(fd_ref<kind::directory> directory, char const* path) noexcept {
        return wrap(detail::opened_map::open(Members::shape, directory, path));
    }

    /// Opens a map by id and checks it against the C++ types.
    /// UAPI: BPF_MAP_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 4.13
    /// Errors: ENOENT no such id; EPERM CAP_SYS_ADMIN is missing; the `_differ` codes as for a path
    /// Costs: two system calls, no allocation
    [[nodiscard]] static result<map_view> open(map_id id) noexcept {
        return wrap(detail::opened_map::open(Members::shape, id));
    }

    /// Takes over an open descriptor once the map behind it is seen to fit; on failure the descriptor is closed. How the
    /// descriptor was opened cannot be asked: a wrong access shows as EPERM at the first use.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD
    /// Costs: one system call
    [[nodiscard]] static result<map_view> adopt(owned_fd<kind::map> descriptor) noexcept {
        return wrap(detail::opened_map::check(Members::shape, std::move(descriptor)));
    }

    /// The same three with one more check, which is asked once type, sizes and flags fit and says more than an error can:
    /// `btf::matching_layout` compares the members of key and value with the map's BTF and names the one that differs.
    /// Errors: those above and the check's own
    /// Costs: those above and the check's own
    template <map_check Check>
    [[nodiscard]] static auto open(char const* path, Check&& check) noexcept {
        sys::info::map found;
        return wrap(detail::opened_map::open(Members::shape, path, &found), found, check);
    }
    template <map_check Check>
    [[nodiscard]] static auto open(fd_ref<kind::directory> directory, char const* path, Check&& check) noexcept {
        sys::info::map found;
        return wrap(detail::opened_map::open(Members::shape, directory, path, &found), found, check);
    }
    template <map_check Check>
    [[nodiscard]] static auto open(map_id id, Check&& check) noexcept {
        sys::info::map found;
        return wrap(detail::opened_map::open(Members::shape, id, &found), found, check);
    }
    template <map_check Check>
    [[nodiscard]] static auto adopt(owned_fd<kind::map> descriptor, Check&& check) noexcept {
        sys::info::map found;
        return wrap(detail::opened_map::check(Members::shape, std::move(descriptor), &found), found, check);
    }

    /// Takes over a descriptor that the caller knows to be of a map that fits, with this capacity.
    [[nodiscard]] static map_view adopt_unchecked(owned_fd<kind::map> descriptor, std::uint32_t max_entries) noexcept {
        return map_view{detail::opened_map{std::move(descriptor), max_entries}};
    }

    /// A second view of the same map, with a descriptor of its own.
    /// Costs: one system call
    [[nodiscard]] result<map_view> duplicate() const noexcept {
        auto copy = this->fd_.duplicate();
        if (!copy) return copy.error();
        return map_view{detail::opened_map{std::move(*copy), this->max_entries()}};
    }

  private:
    friend Members;

    static result<map_view> wrap(result<detail::opened_map> opened) noexcept {
        if (!opened) return opened.error();
        return map_view{std::move(*opened)};
    }

    template <class Check>
    static auto wrap(result<detail::opened_map> opened, sys::info::map const& found, Check& check) noexcept
        -> result_with<map_view, typename std::remove_cvref_t<Check>::error_type> {
        using error_type = typename std::remove_cvref_t<Check>::error_type;
        if (!opened) return error_type{opened.error()};
        auto const fits = check.template operator()<typename Members::key_type, typename Members::value_type>(
            opened->fd.borrow(), found);
        if (!fits) return fits.error();
        return map_view{std::move(*opened)};
    }

    explicit map_view(detail::opened_map opened) noexcept : Members{std::move(opened)} {}
};

} // namespace bpfxx
