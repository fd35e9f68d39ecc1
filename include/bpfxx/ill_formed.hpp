#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdio>
#include <cstdlib>

namespace bpfxx {

/// Ends a constant evaluation with a sentence: it is not constexpr, so the compiler prints the call and its argument.
/// At run time, where a constexpr function was fed a value that it documents as a mistake, it prints and aborts.
[[noreturn]] inline void ill_formed(char const* sentence) noexcept {
    std::fputs("bpfxx: ", stderr);
    std::fputs(sentence, stderr);
    std::fputs("\n", stderr);
    std::abort();
}

} // namespace bpfxx
