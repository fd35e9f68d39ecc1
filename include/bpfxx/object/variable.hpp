#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::object {

/// A variable in a data section of an object.
struct variable {
    std::string_view name{};
    std::uint32_t section = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    /// The BTF_KIND_VAR; void where there is none.
    btf::type_id type{};
    bool is_static = false;

    friend constexpr bool operator==(variable const&, variable const&) noexcept = default;
};

/// Where an extern symbol comes from.
enum class extern_source : std::uint8_t {
    /// Neither of the others, so that using it is an error.
    unknown,
    /// An option that the kernel was compiled with: `extern … __kconfig`.
    kconfig,
    /// A variable of the kernel: `extern … __ksym`. One without a type is declared as void.
    ksym,
    /// A function of the kernel: `extern … __ksym`.
    kfunc,
};

/// What an object leaves to the kernel to provide.
struct extern_symbol {
    std::string_view name{};
    extern_source from = extern_source::unknown;
    /// A weak one may be missing.
    bool weak = false;
    /// The BTF_KIND_VAR or BTF_KIND_FUNC; void where there is none.
    btf::type_id type{};
    /// Bytes of a variable, as its section in BTF says it.
    std::uint32_t size = 0;

    friend constexpr bool operator==(extern_symbol const&, extern_symbol const&) noexcept = default;
};

} // namespace bpfxx::object
