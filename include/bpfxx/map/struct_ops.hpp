#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/element.hpp>
#include <bpfxx/map/handle.hpp>
#include <bpfxx/map/object.hpp>
#include <bpfxx/map/options.hpp>
#include <bpfxx/map/view.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace bpfxx {

/// Where a struct_ops map stands.
/// UAPI: `enum bpf_struct_ops_state`
enum class struct_ops_state : std::uint32_t {
    /// Nothing was stored yet.
    init = 0,
    /// Registered: the subsystem may call the programs.
    in_use = 1,
    /// Unregistered; it is not used again.
    to_be_freed = 2,
    /// Stored, for a link to register. Linux 6.4
    ready = 3,
};

/// What each value of a struct_ops map begins with; the kernel fills it in, and wants zero from user space.
/// UAPI: `struct bpf_struct_ops_common_value`
struct struct_ops_header {
    std::uint32_t reference_count = 0;
    struct_ops_state state{};
};

/// A function pointer of the kernel's struct: the program that is to be called, or none. When the kernel gives it back it
/// is the program's id.
class struct_ops_function {
  public:
    constexpr struct_ops_function() noexcept = default;
    constexpr struct_ops_function(fd_ref<kind::program> program) noexcept
        : number_{static_cast<std::uint64_t>(program.raw())} {}

    /// The number as it stands there.
    [[nodiscard]] constexpr std::uint64_t raw() const noexcept { return number_; }

  private:
    std::uint64_t number_ = 0;
};

/// How a struct_ops map is created. What is not explained here is as in `map_options`.
/// UAPI: BPF_MAP_CREATE
struct struct_ops_options {
    object_name name{};
    /// Any BTF will do, such as that of the programs: the kernel wants one.
    required<fd_ref<kind::btf>> btf;
    /// The id of `struct bpf_struct_ops_…`, which wraps the kernel's struct, in the kernel's own BTF or in `module`.
    required<std::uint32_t> value_type_id;
    /// The size of that type on this kernel, where Value is larger than it may be on any; 0 is the size of Value.
    std::uint32_t value_size = 0;
    /// The BTF of the module that this type is from. Since: Linux 6.9
    optional_fd_ref<kind::btf> module{};
    optional_fd_ref<kind::token> token{};
    std::optional<program_hash> exclusive_program{};

    [[nodiscard]] constexpr map_spec spec() const noexcept {
        return {
            .type = map_type::struct_ops,
            .max_entries = 1,
            .name = name,
            .token = token,
            .btf = {.fd = static_cast<fd_ref<kind::btf>>(btf)},
            .exclusive_program = exclusive_program,
            .btf_vmlinux_value_type_id = value_type_id,
            .value_type_btf_obj = module,
        };
    }
};

/// A value whose members are known while running only, from the kernel's BTF, with room for the largest.
template <std::size_t Most>
struct struct_ops_bytes {
    struct_ops_header common;
    std::byte rest[Most - sizeof(struct_ops_header)]{};

    /// Stores a member at its offset from the start of the value; false where there is no room for it.
    template <class Member>
    [[nodiscard]] bool put(std::size_t offset, Member const& what) noexcept {
        static_assert(std::is_trivially_copyable_v<Member>, "members of a kernel struct are bytes");
        if (offset < sizeof common || offset > Most || Most - offset < sizeof what) return false;
        std::memcpy(rest + (offset - sizeof common), &what, sizeof what);
        return true;
    }
};

/// A value that begins with what the kernel says of it.
template <class Value>
concept struct_ops_value = requires(Value& value) {
    { value.common } -> std::same_as<struct_ops_header&>;
};

/// What one does with a struct of functions: the base of `struct_ops_map` and `linked_struct_ops_map`.
template <class Value, bool ByLink>
class struct_ops_members : public map_object<map_kind::struct_ops, read_write> {
    using base = map_object<map_kind::struct_ops, read_write>;
    static_assert(detail::check_element_types<std::uint32_t, Value>());
    static_assert(struct_ops_value<Value>,
                  "the value of a struct_ops map begins with a struct_ops_header called common");
    static_assert(offsetof(Value, common) == 0,
                  "the kernel looks for the struct_ops_header at the start of the value: make common its first member");

  protected:
    using base::base;

    static constexpr detail::map_shape shape{
        .type = map_type::struct_ops,
        .key_size = sizeof(std::uint32_t),
        .value_size = sizeof(Value),
        .access = open_flags::none,
        .with = ByLink ? map_flags::link : map_flags::none,
        .without = ByLink ? map_flags::none : map_flags::link,
    };

  public:
    using options_type = struct_ops_options;
    using key_type = std::uint32_t;
    using value_type = Value;

    /// As `create` of every map; a value that the C++ type has no room for is refused without a call.
    /// Errors: value_size_differs
    [[nodiscard]] static result<detail::opened_map> create_map(struct_ops_options const& options) noexcept {
        if (options.value_size > sizeof(Value)) return error{errc::value_size_differs, command::map_create};
        auto wanted = shape;
        if (options.value_size != 0) wanted.value_size = options.value_size;
        return detail::opened_map::create(wanted, options.spec());
    }

    /// Stores the functions, once; and registers them where no link is to do that.
    /// UAPI: BPF_MAP_UPDATE_ELEM
    /// Errors: EBUSY stored already; EINVAL what the subsystem refuses, a program of another type or for another member;
    /// EEXIST the subsystem has one of this name
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update(Value const& value) const noexcept {
        return detail::update(fd_, only_key, value, element_flags::any);
    }

    /// What the kernel has: zero before `update`, then the same with `common` filled in.
    /// UAPI: BPF_MAP_LOOKUP_ELEM
    /// Costs: one system call, no allocation
    [[nodiscard]] result<Value> lookup() const noexcept {
        detail::uninitialised<Value> value;
        auto const found = detail::lookup_into(fd_, &only_key, &value.value, element_flags::any);
        if (!found) return found.error();
        if (!*found) return error{errc::enoent, command::map_lookup_elem};
        return value.value;
    }

    /// Where the map stands.
    /// Costs: that of `lookup`
    [[nodiscard]] result<struct_ops_state> state() const noexcept {
        auto const value = lookup();
        if (!value) return value.error();
        return value->common.state;
    }

    /// Unregisters the functions, after which the map is of no more use; false when none were stored.
    /// UAPI: BPF_MAP_DELETE_ELEM
    /// Errors: EINPROGRESS unregistered already
    /// Costs: one system call, no allocation
    [[nodiscard]] result<bool> erase() const noexcept
        requires(!ByLink)
    {
        return detail::erase(fd_, only_key);
    }
    void erase() const // the link registered these functions: detach it, and they are unregistered
        requires(ByLink)
    = delete;

  private:
    static constexpr std::uint32_t only_key = 0;
};

/// Programs in the place of a kernel struct's functions, such as a TCP congestion control, registered by `update`. `Value`
/// is the kernel's `struct bpf_struct_ops_…` in its present size, which `create` is told by BTF: `struct_ops_header
/// common`, then, aligned as a cache line is, the struct with `struct_ops_function` for each function.
/// UAPI: BPF_MAP_TYPE_STRUCT_OPS
/// Since: Linux 5.6
/// Errors: of `create`: EINVAL the size is not the kernel's; 524 no such struct_ops; EBADF no BTF
template <class Value>
using struct_ops_map = map_view<struct_ops_members<Value, false>>;

/// The same, registered by a link that is made of the map, as long as that lives.
/// UAPI: BPF_MAP_TYPE_STRUCT_OPS with BPF_F_LINK
/// Since: Linux 6.4
template <class Value>
using linked_struct_ops_map = map_view<struct_ops_members<Value, true>>;

} // namespace bpfxx
