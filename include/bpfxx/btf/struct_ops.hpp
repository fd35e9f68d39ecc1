#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/kernel.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/result.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::btf {

/// A member of a kernel struct that programs can stand in for.
struct struct_ops_member {
    /// From the start of the struct_ops map's value, in bytes.
    std::uint32_t offset;
    /// What the program for it is loaded with as `expected_attach_type`: the member's number.
    attach_type number;
};

/// A kernel struct of functions as the kernel's own BTF shows it: what programs for its members are loaded with, and what
/// a map of it is created with.
/// UAPI: BPF_MAP_TYPE_STRUCT_OPS; the kernel names the map's value `bpf_struct_ops_` and the struct's name
/// Since: Linux 5.6
class struct_ops_type {
  public:
    /// Finds a struct such as "tcp_congestion_ops"; `kernel` has to outlive the answer.
    /// Errors: type_not_found the kernel has no such struct, or programs cannot stand in for it
    /// Costs: a walk over the kernel's types, no system call
    [[nodiscard]] static result<struct_ops_type> find(types_by_name const& kernel, std::string_view name) noexcept {
        auto const& types = kernel.types();
        std::optional<type> shown;
        std::optional<type> wrapper;
        for (type const each : types.types()) {
            if (each.kind() != kind::struct_ || each.is_anonymous()) continue;
            if (!shown && detail::is_called(types.strings(), each, "", name)) shown = each;
            if (!wrapper && detail::is_called(types.strings(), each, "bpf_struct_ops_", name)) wrapper = each;
        }
        if (!shown || !wrapper) return missing();
        auto const data = find_member(*wrapper, "data");
        if (!data) return missing();
        return struct_ops_type{*shown, *wrapper, data->bit_offset() / 8};
    }

    /// What the programs are loaded with as `attach_btf_id`.
    [[nodiscard]] type_id attach_btf_id() const noexcept { return ops_.id(); }

    /// What the map is created with.
    [[nodiscard]] std::uint32_t value_type_id() const noexcept { return number(value_.id()); }
    [[nodiscard]] std::uint32_t value_size() const noexcept { return value_.size(); }

    /// A member by its name.
    /// Errors: type_not_found the struct has none of that name
    [[nodiscard]] result<struct_ops_member> member(std::string_view name) const noexcept {
        std::uint32_t index = 0;
        for (auto const each : ops_.members()) {
            if (each.has_name(name))
                return struct_ops_member{data_offset_ + each.bit_offset() / 8, static_cast<attach_type>(index)};
            ++index;
        }
        return missing();
    }

  private:
    struct_ops_type(type ops, type value, std::uint32_t data_offset) noexcept
        : ops_{ops}, value_{value}, data_offset_{data_offset} {}

    static error missing() noexcept { return {errc::type_not_found, command::search}; }

    type ops_;
    type value_;
    std::uint32_t data_offset_;
};

} // namespace bpfxx::btf
