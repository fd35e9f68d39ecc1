#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/text_lines.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file.hpp>

#include <charconv>
#include <cstdint>
#include <string_view>

namespace bpfxx::object {

/// A line of /proc/kallsyms. Addresses are 0 where the kernel hides them.
struct kernel_symbol {
    std::uint64_t address = 0;
    char type = '\0';
    std::string_view name{};

    /// The name in the source: static variables of kernels that are optimized as a whole have a number behind it.
    [[nodiscard]] constexpr std::string_view name_in_source() const noexcept {
        return type == 'd' ? name.substr(0, name.find(".llvm.")) : name;
    }

    friend constexpr bool operator==(kernel_symbol const&, kernel_symbol const&) noexcept = default;
};

namespace detail {

/// `ffffffff81000000 T _stext`, for a module's with the module's name in brackets behind a tab.
[[nodiscard]] inline bool read_symbol(std::string_view line, kernel_symbol& into) noexcept {
    auto const read = std::from_chars(line.data(), line.data() + line.size(), into.address, 16);
    if (read.ec != std::errc{}) return false;
    line.remove_prefix(static_cast<std::size_t>(read.ptr - line.data()));
    if (line.size() < 4 || line[0] != ' ' || line[2] != ' ') return false;
    into.type = line[1];
    line.remove_prefix(3);
    into.name = line.substr(0, line.find_first_of(" \t"));
    return true;
}

} // namespace detail

/// Shows every symbol of the kernel and its modules to `visit`, until that returns false.
/// UAPI: /proc/kallsyms
/// Errors: ENOENT, EACCES
/// Costs: a read for each few pages of 5 MB of text, no allocation
template <class Visit>
[[nodiscard]] result<void> for_each_kernel_symbol(Visit visit) noexcept {
    auto const list = sys::open_file("/proc/kallsyms");
    if (!list) return list.error();
    return for_each_line(list->borrow(), [&](std::string_view line) noexcept {
        kernel_symbol symbol;
        return !detail::read_symbol(line, symbol) || visit(symbol);
    });
}

/// Whether the kernel has a symbol of a name.
/// Costs: as `for_each_kernel_symbol`, up to the symbol
[[nodiscard]] inline bool has_kernel_symbol(std::string_view name) noexcept {
    bool is_there = false;
    auto const read = for_each_kernel_symbol([&](kernel_symbol const& symbol) noexcept {
        is_there = symbol.name == name;
        return !is_there;
    });
    return read && is_there;
}

} // namespace bpfxx::object
