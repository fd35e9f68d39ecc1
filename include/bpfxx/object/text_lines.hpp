#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace bpfxx::object {

/// Shows each line of a file that the kernel writes while it is read, without its end, to `visit`, until that returns
/// false. What is left of a line beyond 4096 characters is a line of its own.
/// UAPI: read(2)
/// Costs: as many system calls as the kernel answers with pieces, 16 KB on the stack, no allocation
template <class Visit>
[[nodiscard]] result<void> for_each_line(fd_ref<kind::file> file, Visit visit) noexcept {
    constexpr std::size_t longest = 4096;
    char buffer[4 * longest];
    std::size_t kept = 0;
    for (;;) {
        auto const got = sys::read_once(file, std::span{buffer}.subspan(kept));
        if (!got) return got.error();
        std::string_view text{buffer, kept + *got};
        while (!text.empty()) {
            std::size_t const end = text.find('\n');
            bool const whole = end != std::string_view::npos;
            if (!whole && text.size() < longest && *got != 0) break;
            if (!visit(text.substr(0, end))) return outcome::success();
            text.remove_prefix(whole ? end + 1 : text.size());
        }
        if (*got == 0) return outcome::success();
        kept = text.size();
        std::memmove(buffer, text.data(), kept);
    }
}

} // namespace bpfxx::object
