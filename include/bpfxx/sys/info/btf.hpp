#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstddef>
#include <cstdint>

namespace bpfxx::sys::info {

/// What the kernel says of type information: the blob itself, its name ("vmlinux", a module, or none).
/// UAPI: `struct bpf_btf_info`
/// Since: Linux 4.18; name 5.11
struct btf {
    using kind = bpfxx::kind::btf;

    user_ptr<std::byte> bytes{};
    std::uint32_t btf_size = 0;
    btf_id id{};
    user_ptr<char> name{};
    std::uint32_t name_len = 0;
    std::uint32_t kernel_btf = 0;
};

/// What a token allows: a bit for each command, map type, program type and attach type.
/// UAPI: `struct bpf_token_info`
/// Since: Linux 6.17
struct token {
    using kind = bpfxx::kind::token;

    std::uint64_t allowed_cmds = 0;
    std::uint64_t allowed_maps = 0;
    std::uint64_t allowed_progs = 0;
    std::uint64_t allowed_attachs = 0;
};

} // namespace bpfxx::sys::info
