#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <span>
#include <string_view>

namespace bpfxx {

/// Reads what a program printed to one of its text streams, and takes it from there: the text, in the caller's buffer;
/// empty when there is none at present. Words may be cut where the buffer ends; the next call goes on there.
/// UAPI: BPF_PROG_STREAM_READ_BY_FD
/// Since: Linux 6.17
/// Errors: ENOENT there is no such stream; EFAULT
/// Costs: one system call, no allocation
/// Races: whoever reads first has it: two readers get parts each
template <program_tag Kind>
[[nodiscard]] result<std::string_view> read_stream(program<Kind> const& which, stream_id stream,
                                                   std::span<char> buffer) noexcept {
    auto const got = sys::call(sys::attr::prog_stream_read{
        .stream_buf = buffer.data(),
        .stream_buf_len = sys::saturated(buffer.size()),
        .stream_id = stream,
        .prog_fd = which.fd(),
    });
    if (!got) return got.error();
    return std::string_view{buffer.data(), *got};
}

} // namespace bpfxx
