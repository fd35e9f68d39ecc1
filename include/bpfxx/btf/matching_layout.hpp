#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/layout.hpp>
#include <bpfxx/btf/layout_difference.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/shape.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/map/value.hpp>
#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/btf.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::btf {

/// Why a map was not opened, in more words than an `error` has; converts to it.
struct layout_error {
    error failure;
    /// For layout_differs: which member of "key" or "value", and how.
    layout_difference difference{};
    /// For buffer_too_small: how many bytes of room are enough.
    std::size_t room_needed = 0;
    /// For malformed_answer: what is wrong with the BTF.
    malformed problem{};

    [[nodiscard]] constexpr operator error() const noexcept { return failure; }
};

static_assert(std::is_trivially_copyable_v<layout_error>);

/// A check for the opening of a map: the members of its keys and values lie where those of the C++ types lie, as far as
/// the map has BTF. `compare_layout` says what counts as a difference.
///
///     std::array<std::byte, 16'384> room;
///     auto const flows = hash_map<flow, stats>::open("/sys/fs/bpf/flows", btf::matching_layout{room});
///     if (!flows && flows.error().difference) print(flows.error().difference.text().c_str());
///
/// UAPI: BPF_BTF_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD
/// Since: Linux 4.18
/// Errors: layout_differs; buffer_too_small the room does not hold the map's BTF and four bytes for each of its types;
/// malformed_answer the map's BTF; ENODATA the map has no BTF and `required` asks for it; EPERM CAP_SYS_ADMIN is
/// missing
/// Costs: three system calls, no allocation; none for a map without BTF
struct matching_layout {
    using error_type = layout_error;

    std::span<std::byte> room;
    layout_options options{};
    /// Whether a map without BTF is refused rather than taken at its word.
    bool required = false;

    template <class Key, class Value>
    [[nodiscard]] result_with<void, layout_error> operator()(fd_ref<bpfxx::kind::map>,
                                                             sys::info::map const& map) const noexcept {
        return check(shape_pointer<stored_value<Key>>(), shape_pointer<stored_value<Value>>(), map);
    }

  private:
    template <class T>
    static constexpr shape const* shape_pointer() noexcept {
        if constexpr (std::is_void_v<T>)
            return nullptr;
        else
            return &shape_of<std::remove_cv_t<T>>;
    }

    [[nodiscard]] static layout_error refusal(errc code) noexcept {
        return {.failure = {code, command::obj_get_info_by_fd}};
    }

    [[nodiscard]] result_with<void, layout_error> check(shape const* key, shape const* value,
                                                        sys::info::map const& map) const noexcept {
        if (map.btf_id == btf_id{}) {
            if (required) return refusal(errc::enodata);
            return outcome::success();
        }
        auto const blob = read(map.btf_id);
        if (!blob) return blob.error();
        auto const types = view::parse(*blob);
        if (!types) return malformed_blob(types.error());
        auto const index = types->index(index_room(blob->size(), types->index_size()));
        if (!index) return too_small(index_start(blob->size()) + types->index_size() * sizeof(std::uint32_t));
        if (auto const fault = compare_with(*index, key, map.btf_key_type_id, "key")) return differing(fault);
        if (auto const fault = compare_with(*index, value, map.btf_value_type_id, "value")) return differing(fault);
        return outcome::success();
    }

    /// Both sides may have no type here: the key of a bloom filter.
    [[nodiscard]] layout_difference compare_with(indexed_view const& in, shape const* cxx, std::uint32_t id,
                                                 std::string_view root) const noexcept {
        if (cxx == nullptr || id == 0) return {};
        return compare_layout(*cxx, in, type_id{id}, options, root);
    }

    [[nodiscard]] result_with<std::span<std::byte const>, layout_error> read(btf_id id) const noexcept {
        auto const opened = sys::call(sys::attr::btf_get_fd_by_id{.btf_id = id});
        if (!opened) return layout_error{.failure = opened.error()};
        auto const info =
            sys::get_info<sys::info::btf>(*opened, {.bytes = room.data(), .btf_size = sys::saturated(room.size())});
        if (!info) return layout_error{.failure = info.error()};
        std::size_t const size = (*info)->btf_size;
        // The smallest record has twelve bytes, so a third of the blob holds an index of all types.
        if (size > room.size()) return too_small(index_start(size) + size / 3);
        return std::span<std::byte const>{room.first(size)};
    }

    /// Numbers lie aligned behind the blob.
    [[nodiscard]] std::size_t index_start(std::size_t blob_size) const noexcept {
        auto const misaligned = (reinterpret_cast<std::uintptr_t>(room.data()) + blob_size) % alignof(std::uint32_t);
        return blob_size + (misaligned == 0 ? 0 : alignof(std::uint32_t) - misaligned);
    }

    [[nodiscard]] std::span<std::uint32_t> index_room(std::size_t blob_size, std::size_t types) const noexcept {
        std::size_t const start = index_start(blob_size);
        if (start > room.size() || (room.size() - start) / sizeof(std::uint32_t) < types) return {};
        return {reinterpret_cast<std::uint32_t*>(room.data() + start), types};
    }

    [[nodiscard]] static layout_error too_small(std::size_t needed) noexcept {
        layout_error made = refusal(errc::buffer_too_small);
        made.room_needed = needed;
        return made;
    }
    [[nodiscard]] static layout_error malformed_blob(malformed problem) noexcept {
        layout_error made = refusal(errc::malformed_answer);
        made.problem = problem;
        return made;
    }
    [[nodiscard]] static layout_error differing(layout_difference const& difference) noexcept {
        if (difference.why() == layout_fault::malformed) return malformed_blob(difference.problem());
        layout_error made = refusal(errc::layout_differs);
        made.difference = difference;
        return made;
    }
};

} // namespace bpfxx::btf
