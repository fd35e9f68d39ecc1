#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/layout.hpp>
#include <bpfxx/btf/matching_layout.hpp>
#include <bpfxx/btf/shape.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx::object {

namespace detail {

/// Compares the members of C++ types with those that the object's own BTF gives its map.
struct layout_in_object {
    using error_type = btf::layout_error;

    btf::indexed_view const* types;
    map_definition const& map;

    template <class Key, class Value>
    [[nodiscard]] result_with<void, btf::layout_error> operator()(fd_ref<kind::map>,
                                                                  sys::info::map const&) const noexcept {
        if (types == nullptr || map.origin != map_origin::definition) return outcome::success();
        if constexpr (!std::is_void_v<Key>) {
            auto const differs = difference<stored_value<Key>>(map.key_type, "key");
            if (differs) return error_of(differs);
        }
        if constexpr (!std::is_void_v<Value>) {
            auto const differs = difference<stored_value<Value>>(map.value_type, "value");
            if (differs) return error_of(differs);
        }
        return outcome::success();
    }

  private:
    template <class T>
    [[nodiscard]] btf::layout_difference difference(btf::type_id id, std::string_view root) const noexcept {
        if (id == btf::void_id) return {};
        return btf::compare_layout(btf::shape_of<std::remove_cv_t<T>>, *types, id, {}, root);
    }
    [[nodiscard]] static btf::layout_error error_of(btf::layout_difference const& what) noexcept {
        return {.failure = {errc::layout_differs, command::search}, .difference = what};
    }
};

} // namespace detail

/// A map of an object that was opened by `object_file`, which must outlive it.
class file_map {
  public:
    file_map(plan const& of, std::uint32_t number, map_settings& how, loaded_map const& made) noexcept
        : of_{&of}, how_{&how}, made_{&made}, number_{number} {}

    [[nodiscard]] std::string_view name() const noexcept { return definition().name; }
    [[nodiscard]] map_definition const& definition() const noexcept { return of_->maps[number_]; }

    /// What is to be different from the definition; has no effect any more once the object is loaded.
    [[nodiscard]] map_settings& settings() const noexcept { return *how_; }
    file_map const& max_entries(std::uint32_t count) const noexcept {
        how_->max_entries = count;
        return *this;
    }
    file_map const& value_size(std::uint32_t size) const noexcept {
        how_->value_size = size;
        return *this;
    }
    file_map const& created(bool yes) const noexcept {
        how_->created = yes;
        return *this;
    }
    /// The text must live until the object is loaded.
    file_map const& pinned_at(char const* path) const noexcept {
        how_->pin_path = path;
        return *this;
    }
    /// Takes a map that is there already.
    file_map const& instead(fd_ref<kind::map> map) const noexcept {
        how_->instead = map;
        return *this;
    }

    /// None before the object is loaded, and none for a map that was not created.
    [[nodiscard]] optional_fd_ref<kind::map> fd() const noexcept { return made_->map(); }
    /// The memory of variables or of an arena, to be read; empty where there is none.
    [[nodiscard]] std::span<std::byte const> bytes() const noexcept { return made_->bytes(); }

    /// A view with a descriptor of its own, as `hash_map<flow, stats>`, once type and sizes fit, and the members of key
    /// and value lie where the object's BTF says.
    /// Errors: EBADF the map was not created; those of `adopt`; layout_differs with the member's name
    /// Costs: two system calls
    template <class View>
    [[nodiscard]] result_with<View, btf::layout_error> view() const noexcept {
        if (!made_->fd) return btf::layout_error{.failure = {errc::ebadf, command::search}};
        auto own = made_->fd->duplicate();
        if (!own) return btf::layout_error{.failure = own.error()};
        return View::adopt(*std::move(own), detail::layout_in_object{of_->types, definition()});
    }

    /// UAPI: BPF_OBJ_PIN
    /// Errors: EBADF the map was not created; those of `sys::pin`
    [[nodiscard]] result<void> pin(char const* path) const noexcept {
        if (!made_->fd) return error{errc::ebadf, command::obj_pin};
        return sys::pin(fd_ref<kind::map>{*made_->fd}, path);
    }

  private:
    plan const* of_;
    map_settings* how_;
    loaded_map const* made_;
    std::uint32_t number_;
};

} // namespace bpfxx::object
