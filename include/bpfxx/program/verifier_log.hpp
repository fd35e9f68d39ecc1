#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/error.hpp>
#include <bpfxx/sys/flags.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx {

/// Asks for the verifier's log whether it refuses the program or not: into which buffer, and how much of it.
///
/// `text()` is the log afterwards, without its NUL. A log that does not fit keeps its end since Linux 6.4, its start
/// before that or with `log_level::fixed`, and the load fails with ENOSPC even where the program is sound. Linux before
/// 6.4 takes no buffer below 128 bytes. More than 1 GiB is not used.
/// UAPI: `log_level`, `log_buf` and `log_size` of BPF_PROG_LOAD
struct verifier_log {
    std::span<char> buffer;
    log_level level = log_level::failing_path;

    [[nodiscard]] constexpr std::string_view text() const noexcept {
        std::size_t size = 0;
        while (size != buffer.size() && buffer[size] != '\0') ++size;
        return {buffer.data(), size};
    }
};

/// Why a program was not loaded, with the verifier's words. Converts to `error`, so that BOOST_OUTCOME_TRY hands it on
/// through functions that return `result`, without the log.
struct load_error {
    /// What the first call said.
    error failure;
    /// What the call that asked for the log said: the same but for ENOSPC, the log did not fit; EINVAL, the buffer is
    /// below the 128 bytes that Linux before 6.4 wants, or empty; EAGAIN, a signal came.
    errc code_with_log;
    /// The bytes that the whole log needs with its NUL; 0 where the kernel does not say (before Linux 6.4).
    std::uint32_t log_size_needed;
    /// The log, or as much of it as the buffer holds (see `verifier_log`); it lives in the caller's buffer. Empty where
    /// the kernel refused the program before it looked at the instructions.
    std::string_view log;

    [[nodiscard]] constexpr operator error() const noexcept { return failure; }
};

static_assert(std::is_trivially_copyable_v<load_error>);

} // namespace bpfxx
