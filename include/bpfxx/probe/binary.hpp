#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/probe/function.hpp>
#include <bpfxx/probe/static_probe.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx::probe {

/// Why a binary could not be opened or something in it not be found. Converts to `error`, so that BOOST_OUTCOME_TRY
/// hands it on through functions that return `result`.
struct file_error {
    error failure;
    /// What is wrong with the file or with the question, and where; its reason is `none` where the file was not read.
    elf::malformed what{};
    /// With too_many_matches of `functions`: room that is enough for all.
    std::size_t room_needed = 0;

    [[nodiscard]] constexpr operator error() const noexcept { return failure; }

    /// One sentence about what is wrong with the file, or with what was asked for.
    [[nodiscard]] constexpr std::string_view sentence() const noexcept {
        return what.why == elf::reason::none ? text(failure.code) : elf::sentence(what.why);
    }
};

static_assert(std::is_trivially_copyable_v<file_error>);

namespace detail {

[[nodiscard]] constexpr errc code_of(elf::reason why) noexcept {
    switch (why) {
    case elf::reason::no_such_function:
    case elf::reason::indirect_function:
    case elf::reason::beyond_function: return errc::symbol_not_found;
    case elf::reason::ambiguous_function: return errc::too_many_matches;
    case elf::reason::no_such_probe: return errc::probe_not_found;
    default: return errc::malformed_file;
    }
}

[[nodiscard]] constexpr file_error failure_of(elf::malformed what) noexcept {
    return {.failure = {code_of(what.why), command::search}, .what = what};
}

} // namespace detail

/// An executable file or a shared library on disk, in which places for uprobes are found by name. It holds the file
/// mapped, and what it hands out points into that: keep it as long. What it finds are offsets in the file, which a hook
/// takes together with the file's path. A path may go through /proc/PID/root to where a process in a container sees it.
/// Races: should the file be replaced before the hook is attached, the offsets are those of the old one
class [[nodiscard]] binary {
  public:
    /// Maps a file and checks its headers.
    /// Errors: ENOENT no such file; EACCES; malformed_file no 64-bit ELF file
    /// Costs: four system calls, no allocation
    [[nodiscard]] static result_with<binary, file_error> open(char const* path) noexcept {
        auto bytes = sys::file_bytes::open(path);
        if (!bytes) return file_error{.failure = bytes.error()};
        auto const file = elf::view::parse(bytes->view());
        if (!file) return detail::failure_of(file.error());
        return binary{*std::move(bytes), *file};
    }

    /// A function by name: see `find_function`, which says what is chosen among several, and why indirect functions are
    /// not found.
    /// Errors: symbol_not_found; too_many_matches several have the name; malformed_file
    /// Costs: no system call, no allocation
    [[nodiscard]] result_with<probe::function, file_error> function(std::string_view name) const& noexcept {
        return answer(find_function(file_, name));
    }
    result_with<probe::function, file_error> function(std::string_view) const&& = delete; // keep the binary

    /// The offset so many bytes into a function, where an instruction has to start.
    /// Errors: as `function`; symbol_not_found, `beyond_function`
    [[nodiscard]] result_with<std::uint64_t, file_error> function(std::string_view name,
                                                                  std::uint64_t distance) const noexcept {
        auto const found = find_function(file_, name);
        if (!found) return detail::failure_of(found.error());
        return answer(found->at(distance));
    }

    /// The offsets of all functions that a pattern matches: see `find_functions`. It gives the part of the buffer that was
    /// filled, which may be none.
    /// Errors: too_many_matches, with the room that is enough as `room_needed`; the buffer then holds some; malformed_file
    /// Costs: no system call, no allocation
    [[nodiscard]] result_with<std::span<std::uint64_t>, file_error>
    functions(std::string_view pattern, std::span<std::uint64_t> offsets) const noexcept {
        auto const found = find_functions(file_, pattern, offsets);
        if (!found) return detail::failure_of(found.error());
        if (found->room_needed > found->stored)
            return file_error{.failure = {errc::too_many_matches, command::search}, .room_needed = found->room_needed};
        return offsets.first(found->stored);
    }

    /// A static probe (USDT), at all its sites.
    /// Errors: probe_not_found; malformed_file
    /// Costs: no system call, no allocation
    [[nodiscard]] result_with<probe::static_probe, file_error> static_probe(std::string_view provider,
                                                                            std::string_view name) const& noexcept {
        return answer(find_static_probe(file_, provider, name));
    }
    result_with<probe::static_probe, file_error> static_probe(std::string_view,
                                                              std::string_view) const&& = delete; // keep the binary

    /// All static probes of the file, which may have none.
    [[nodiscard]] result_with<probe::static_probe, file_error> static_probes() const& noexcept {
        return answer(probe::static_probes(file_));
    }
    result_with<probe::static_probe, file_error> static_probes() const&& = delete; // keep the binary in a variable

    /// The file itself.
    [[nodiscard]] elf::view const& file() const& noexcept { return file_; }
    elf::view const& file() const&& = delete; // the file is unmapped at once: keep the binary in a variable

  private:
    binary(sys::file_bytes bytes, elf::view const& file) noexcept : bytes_{std::move(bytes)}, file_{file} {}

    template <class T>
    [[nodiscard]] static result_with<T, file_error> answer(elf::parsed<T> const& found) noexcept {
        if (!found) return detail::failure_of(found.error());
        return *found;
    }

    sys::file_bytes bytes_;
    elf::view file_;
};

} // namespace bpfxx::probe
