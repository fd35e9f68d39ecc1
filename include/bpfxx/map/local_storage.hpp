#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/elements.hpp>
#include <bpfxx/map/options.hpp>
#include <bpfxx/map/view.hpp>

#include <optional>

namespace bpfxx {

namespace kind {

struct file;

} // namespace kind

/// The BTF of a storage's key and value, which has to be given.
class storage_btf {
  public:
    constexpr storage_btf(map_btf given) noexcept : btf_{given} {}

    template <class Missing = void>
    constexpr storage_btf() noexcept {
        static_assert(detail::dependent_false<Missing>,
                      "the kernel creates no local storage without BTF of its key and value: give .btf");
    }

    [[nodiscard]] constexpr map_btf get() const noexcept { return btf_; }

  private:
    map_btf btf_;
};

/// How a local storage is created. The key of its BTF is an int of 32 bits, the value a type of the value's size.
/// What is not explained here is as in `map_options`.
/// UAPI: BPF_MAP_CREATE
template <class Kind>
struct local_storage_options {
    object_name name{};
    storage_btf btf;
    creation_flags<Kind> flags{};
    optional_fd_ref<kind::token> token{};
    std::optional<program_hash> exclusive_program{};

    [[nodiscard]] constexpr map_spec spec() const noexcept {
        return {
            .type = Kind::facts.type,
            .flags = flags.get() | Kind::facts.required,
            .name = name,
            .token = token,
            .btf = btf.get(),
            .exclusive_program = exclusive_program,
        };
    }
};

/// What one does with values that hang on something else: the base of `sk_storage` and its kin.
template <class Kind, class Owner, class Value, access_mode Access>
class stored_with_owner : public map_elements<Kind, Owner, Value, Access> {
    using base = map_elements<Kind, Owner, Value, Access>;

  protected:
    using base::base;

  public:
    using options_type = local_storage_options<Kind>;

    void entries(auto&&...) const = delete;  // the kernel keeps each value with its owner: it has no list of them
    void keys(auto&&...) const = delete;     // the kernel keeps each value with its owner: it has no list of them
    void for_each(auto&&...) const = delete; // the kernel keeps each value with its owner: it has no list of them
};

template <class Kind, class Owner, class Value, access_mode Access>
using local_storage = map_view<stored_with_owner<Kind, Owner, Value, Access>>;

/// One value for each socket, gone with it. With `map_flags::clone`, a socket that is accepted begins with a copy of the
/// listening socket's value.
/// UAPI: BPF_MAP_TYPE_SK_STORAGE
/// Since: Linux 5.2
/// Errors: EBADF no descriptor; ENOTSOCK no socket; E2BIG, of `create`, a value of about 64 KiB or more
template <class Value, access_mode Access = read_write>
using sk_storage = local_storage<map_kind::sk_storage, fd_ref<kind::socket>, Value, Access>;

/// A descriptor of anything that lies in a file system, opened in any way, with O_PATH too.
using file_reference = any_fd_ref<kind::file, kind::directory, kind::cgroup, kind::netns, kind::device>;

/// One value for each inode as long as it is in memory: an open descriptor, or a program, keeps it there.
/// UAPI: BPF_MAP_TYPE_INODE_STORAGE
/// Since: Linux 5.10, with CONFIG_BPF_LSM and `bpf` among the security modules that are on
/// Errors: EBADF no descriptor; of `create`: EINVAL the kernel has none, E2BIG a value of about 64 KiB or more
template <class Value, access_mode Access = read_write>
using inode_storage = local_storage<map_kind::inode_storage, file_reference, Value, Access>;

/// One value for each task, gone with it; the key is a descriptor of pidfd_open(2).
/// UAPI: BPF_MAP_TYPE_TASK_STORAGE
/// Since: Linux 5.11
/// Errors: EBADF no pidfd; of `update` and `insert`: ENOENT the task is gone
template <class Value, access_mode Access = read_write>
using task_storage = local_storage<map_kind::task_storage, fd_ref<kind::task>, Value, Access>;

/// One value for each cgroup, gone with it; the key is an open directory of a cgroup2 file system.
/// UAPI: BPF_MAP_TYPE_CGRP_STORAGE
/// Since: Linux 6.2
/// Errors: EBADF no directory of cgroup2
template <class Value, access_mode Access = read_write>
using cgrp_storage = local_storage<map_kind::cgrp_storage, fd_ref<kind::cgroup>, Value, Access>;

} // namespace bpfxx
