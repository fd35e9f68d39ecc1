#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace bpfxx::object::detail {

/// A path with its end.
class map_path {
  public:
    /// Where a map is pinned; empty where it is not.
    static map_path of(map_definition const& map, map_settings const& how, std::string_view directory) noexcept {
        map_path made;
        if (how.pin_path != nullptr) {
            made << how.pin_path;
        } else if (how.pinned && map.pinning == map_pinning::by_name) {
            made << directory << "/" << map.name;
            made.dots_to_underscores(directory.size() + 1);
        }
        return made;
    }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] bool fits() const noexcept { return size_ < text_.size(); }
    [[nodiscard]] char const* c_str() const noexcept { return text_.data(); }

    /// Makes the last directory on the way, as the reference loader does; the kernel says later what else is wrong.
    void make_directory() const noexcept {
        auto parent = text_;
        std::size_t at = size_;
        while (at != 0 && parent[at] != '/') --at;
        if (at == 0) return;
        parent[at] = '\0';
        int const saved = errno;
        static_cast<void>(::mkdir(parent.data(), 0700));
        errno = saved;
    }

  private:
    map_path& operator<<(std::string_view more) noexcept {
        for (char const c : more) {
            if (size_ == text_.size()) return *this;
            text_[size_++] = c;
        }
        if (fits()) text_[size_] = '\0';
        return *this;
    }

    // The BPF file system keeps names with dots for itself.
    void dots_to_underscores(std::size_t from) noexcept {
        for (std::size_t at = from; at < size_; ++at)
            if (text_[at] == '.') text_[at] = '_';
    }

    std::array<char, 512> text_{};
    std::size_t size_ = 0;
};

/// What is pinned at a path, if anything is; it has to be a map like the one that would be created.
/// Errors: EINVAL it is another one
[[nodiscard]] inline result<std::optional<owned_fd<kind::map>>> open_pinned(map_path const& path,
                                                                            map_spec const& like) noexcept {
    using found = std::optional<owned_fd<kind::map>>;
    auto opened = sys::open_pinned<kind::map>(path.c_str());
    if (!opened && opened.error().code == errc::enoent) return found{};
    if (!opened) return opened.error();
    auto const info = sys::get_info<sys::info::map>(opened->borrow());
    if (!info) return info.error();
    auto const& there = **info;
    auto const flags = like.numa_node ? like.flags | map_flags::numa_node : like.flags;
    bool const same = there.type == like.type && there.key_size == like.key_size &&
                      there.value_size == like.value_size && there.max_entries == like.max_entries &&
                      there.map_flags == flags && there.map_extra == like.map_extra;
    if (!same) return error{errc::einval, command::obj_get};
    return found{*std::move(opened)};
}

} // namespace bpfxx::object::detail
