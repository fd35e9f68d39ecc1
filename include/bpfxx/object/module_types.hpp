#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/object/kernel_blobs.hpp>
#include <bpfxx/object/kernel_names.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace bpfxx::object {

/// A module of the kernel by its types: their bytes, and what programs and maps name it by.
struct module_types {
    owned_fd<kind::btf> fd;
    sys::file_bytes bytes;
};

namespace detail {

/// The same with what was found there; nothing where the module lacks the last of what is wanted.
template <std::size_t Count>
[[nodiscard]] std::optional<sys::file_bytes>
find_in_module(std::string_view name, std::array<wanted_type, Count>& wanted, blob_end kernel) noexcept {
    auto bytes = module_blob(name);
    if (!bytes) return std::nullopt;
    auto const walked = find_types(kernel_blob::text_of(*bytes), wanted, kernel);
    if (!walked || wanted.back().found == btf::void_id) return std::nullopt;
    return *std::move(bytes);
}

} // namespace detail

/// Finds the first module that has the last of what is wanted, and what it has of the others that the kernel lacks.
/// `kernel` is where the kernel's own types end. Modules that cannot be read are left out.
/// Costs: four system calls and one walk for each module, for the one that has it as `open_module`
template <std::size_t Count>
[[nodiscard]] std::optional<module_types> find_in_modules(std::array<wanted_type, Count>& wanted, blob_end kernel,
                                                          std::string_view only = {}) noexcept {
    std::optional<module_types> found;
    auto const done = each_module([&](std::string_view name) {
        if (!only.empty() && name != only) return true;
        auto here = wanted;
        if (!detail::find_in_module(name, here, kernel)) return true;
        // Once more, as a module may have been loaded anew: types that are newer than their descriptor are refused by the
        // kernel, older ones would be others.
        auto fd = open_module(name);
        here = wanted;
        auto bytes = detail::find_in_module(name, here, kernel);
        if (!fd || !bytes) return true;
        wanted = here;
        found.emplace(module_types{*std::move(fd), *std::move(bytes)});
        return false;
    });
    if (!done) return std::nullopt;
    return found;
}

} // namespace bpfxx::object
