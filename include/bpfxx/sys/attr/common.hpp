#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/sys/user_ptr.hpp>

#include <cstdint>
#include <type_traits>

namespace bpfxx::sys {

/// What every command takes beside its own attribute: a buffer for whatever the kernel has to say about it.
/// `log_true_size` is written by the kernel: the bytes that the whole log would need.
/// UAPI: `struct bpf_common_attr`
/// Since: Linux 7.1
struct common_attr {
    user_ptr<char> log_buf{};
    std::uint32_t log_size = 0;
    std::uint32_t log_level = 0;
    std::uint32_t log_true_size = 0;
    std::uint32_t reserved = 0;
};

static_assert(sizeof(common_attr) == 24 && std::has_unique_object_representations_v<common_attr>);

/// Set in the command's number when the two arguments of the common attribute are passed.
/// UAPI: BPF_COMMON_ATTRS
inline constexpr long common_attrs_flag = 1L << 16;

} // namespace bpfxx::sys
