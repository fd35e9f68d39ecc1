#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstddef>
#include <cstdint>

// Naming and padding as in sys/attr/map.hpp.
namespace bpfxx::sys::attr {

/// Validates type information and gives its descriptor. `btf_log_true_size` is written by the kernel.
/// UAPI: BPF_BTF_LOAD
/// Since: Linux 4.18; log_true_size 6.4, token 6.9
/// Errors: EINVAL malformed; E2BIG over 16 MiB; ENOSPC the log did not fit; EPERM CAP_BPF is missing
struct btf_load {
    static constexpr command during = command::btf_load;
    using returns = owned_fd<kind::btf>;
    static constexpr bool read_after_call = true;

    user_ptr<std::byte const> btf{};
    user_ptr<char> btf_log_buf{};
    std::uint32_t btf_size = 0;
    std::uint32_t btf_log_size = 0;
    log_level btf_log_level{};
    std::uint32_t btf_log_true_size = 0;
    bpfxx::btf_flags btf_flags{};
    optional_fd_ref<kind::token> btf_token_fd{};
};

/// Opens type information by id.
/// UAPI: BPF_BTF_GET_FD_BY_ID
/// Since: Linux 4.18; token 6.15
/// Errors: ENOENT no such id; EPERM CAP_SYS_ADMIN is missing
struct btf_get_fd_by_id {
    static constexpr command during = command::btf_get_fd_by_id;
    using returns = owned_fd<kind::btf>;

    bpfxx::btf_id btf_id;
    std::uint32_t reserved_1 = 0;
    bpfxx::open_flags open_flags{};
    optional_fd_ref<kind::token> fd_by_id_token_fd{};
};

} // namespace bpfxx::sys::attr
