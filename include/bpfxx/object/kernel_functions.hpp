#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/object/lazy_room.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/text_lines.hpp>
#include <bpfxx/perf/tracefs.hpp>
#include <bpfxx/probe/glob.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file.hpp>

#include <fcntl.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::object {

namespace detail {

/// As many as the kernel attaches to at once.
inline constexpr std::size_t most_functions = std::size_t{1} << 20;

/// Takes a word and the blank behind it.
[[nodiscard]] inline std::string_view take_word(std::string_view& line) noexcept {
    std::size_t const end = line.find_first_of(" \t");
    std::string_view const word = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return word;
}

[[nodiscard]] inline std::uint64_t address_in(std::string_view word) noexcept {
    std::uint64_t address = 0;
    std::from_chars(word.data(), word.data() + word.size(), address, 16);
    return address;
}

/// Functions of the kernel as its lists name them, which is in no order: kept in one, to be asked for.
class function_names {
  public:
    [[nodiscard]] static result<function_names> make() noexcept {
        auto text = lazy_room<char>::make(32 * most_functions);
        if (!text) return text.error();
        auto starts = lazy_room<std::uint32_t>::make(most_functions);
        if (!starts) return starts.error();
        return function_names{*std::move(text), *std::move(starts)};
    }

    [[nodiscard]] bool push(std::string_view name) noexcept {
        auto const start = static_cast<std::uint32_t>(text_.size());
        for (char const one : name)
            if (!text_.push(one)) return false;
        return text_.push('\0') && starts_.push(start);
    }

    void sort() noexcept {
        detail::sort(starts_.filled(),
                     [this](std::uint32_t left, std::uint32_t right) noexcept { return at(left) < at(right); });
    }

    [[nodiscard]] bool has(std::string_view name) const noexcept {
        auto const all = starts_.filled();
        auto const found = first_not(all, [&](std::uint32_t start) noexcept { return at(start) < name; });
        return found != all.size() && at(all[found]) == name;
    }

  private:
    function_names(lazy_room<char> text, lazy_room<std::uint32_t> starts) noexcept
        : text_{std::move(text)}, starts_{std::move(starts)} {}

    [[nodiscard]] std::string_view at(std::uint32_t start) const noexcept { return text_.room().data() + start; }

    lazy_room<char> text_;
    lazy_room<std::uint32_t> starts_;
};

inline constexpr error no_such_function{errc::symbol_not_found, command::search};
inline constexpr error too_many_functions{errc::too_many_matches, command::search};

/// `available_filter_functions_addrs`, from Linux 6.5 on.
[[nodiscard]] inline result<void> add_listed(fd_ref<kind::file> list, std::string_view pattern,
                                             lazy_room<std::uint64_t>& addresses) noexcept {
    bool fits = true;
    auto const read = for_each_line(list, [&](std::string_view line) noexcept {
        std::uint64_t const address = address_in(take_word(line));
        std::string_view const name = take_word(line);
        // Where code was thrown away after booting, the list has names that it makes up.
        if (address != 0 && probe::matches(pattern, name) && !name.starts_with("__ftrace_invalid_address__"))
            fits = addresses.push(address);
        return fits;
    });
    return fits ? read : result<void>{too_many_functions};
}

/// `available_filter_functions` has names only: the addresses of these are looked up among all symbols.
[[nodiscard]] inline result<void> add_named(std::string_view pattern, lazy_room<std::uint64_t>& addresses) noexcept {
    auto const list = perf::open_in_tracefs("available_filter_functions", O_RDONLY);
    if (!list) return list.error();
    auto names = function_names::make();
    if (!names) return names.error();
    bool fits = true;
    auto read = for_each_line(list->borrow(), [&](std::string_view line) noexcept {
        std::string_view const name = take_word(line);
        if (probe::matches(pattern, name)) fits = names->push(name);
        return fits;
    });
    if (!fits) return too_many_functions;
    if (!read) return read;
    names->sort();
    auto const symbols = sys::open_file("/proc/kallsyms");
    if (!symbols) return symbols.error();
    auto const looked_up = for_each_line(symbols->borrow(), [&](std::string_view line) noexcept {
        std::uint64_t const address = address_in(take_word(line));
        std::string_view const type = take_word(line);
        bool const is_code = type == "t" || type == "T";
        if (address != 0 && is_code && names->has(take_word(line))) fits = addresses.push(address);
        return fits;
    });
    return fits ? looked_up : result<void>{too_many_functions};
}

} // namespace detail

/// The starts of those functions of the kernel and its modules that can be traced and whose names match a pattern: see
/// `probe::matches`. Only by these the kernel finds the cookies that go with them.
/// UAPI: `available_filter_functions` of tracefs, /proc/kallsyms
/// Errors: as `find_kernel_functions`
/// Costs: twice those
[[nodiscard]] inline result<lazy_room<std::uint64_t>> find_kernel_function_starts(std::string_view pattern) noexcept {
    auto addresses = lazy_room<std::uint64_t>::make(detail::most_functions);
    if (!addresses) return addresses;
    auto const found = detail::add_named(pattern, *addresses);
    if (!found) return found.error();
    if (addresses->size() == 0) return detail::no_such_function;
    return addresses;
}

/// Where those functions of the kernel and its modules are traced that can be and whose names match a pattern: see
/// `probe::matches`. On some machines that is a few bytes behind the function's start.
/// UAPI: `available_filter_functions_addrs` of tracefs, before Linux 6.5 as `find_kernel_function_starts`
/// Errors: symbol_not_found none matches, or the kernel hides addresses from the caller; tracefs_not_mounted; ENOENT the
/// kernel is built without tracing of functions; too_many_matches more than 1048576; EACCES
/// Costs: some hundred system calls to read a list of all functions, 3 MB of text; memory of its own for what is found
[[nodiscard]] inline result<lazy_room<std::uint64_t>> find_kernel_functions(std::string_view pattern) noexcept {
    auto const list = perf::open_in_tracefs("available_filter_functions_addrs", O_RDONLY);
    if (!list && list.error().code == errc::enoent) return find_kernel_function_starts(pattern);
    if (!list) return list.error();
    auto addresses = lazy_room<std::uint64_t>::make(detail::most_functions);
    if (!addresses) return addresses;
    auto const found = detail::add_listed(list->borrow(), pattern, *addresses);
    if (!found) return found.error();
    if (addresses->size() == 0) return detail::no_such_function;
    return addresses;
}

} // namespace bpfxx::object
