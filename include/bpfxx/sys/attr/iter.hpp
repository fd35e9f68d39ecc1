#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>

#include <cstdint>

namespace bpfxx::sys::attr {

/// Makes a readable iterator from an iterator link.
/// UAPI: BPF_ITER_CREATE
/// Since: Linux 5.8
/// Errors: EINVAL the link is no iterator
struct iter_create {
    static constexpr command during = command::iter_create;
    using returns = owned_fd<kind::iterator>;

    fd_ref<kind::link> link_fd;
    std::uint32_t flags = 0;
};

} // namespace bpfxx::sys::attr
