#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>

#include <cstdint>

namespace bpfxx::sys::attr {

/// Makes a token from the root of a BPF file system that was mounted with delegation options.
/// UAPI: BPF_TOKEN_CREATE
/// Since: Linux 6.9
/// Errors: EOPNOTSUPP the caller is in the first user namespace; ENOENT nothing is delegated; EPERM another namespace
struct token_create {
    static constexpr command during = command::token_create;
    using returns = owned_fd<kind::token>;

    std::uint32_t flags = 0;
    fd_ref<kind::directory> bpffs_fd;
};

} // namespace bpfxx::sys::attr
