#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/load.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/file.hpp>
#include <bpfxx/sys/file_bytes.hpp>
#include <bpfxx/sys/info/btf.hpp>
#include <bpfxx/sys/object.hpp>

#include <dirent.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace bpfxx::object {

/// The kernel's own BTF, mapped when it is first asked for.
class kernel_blob {
  public:
    /// Errors: ENOENT the kernel was built without CONFIG_DEBUG_INFO_BTF
    /// Costs: four system calls at the first time
    [[nodiscard]] result<std::string_view> view() noexcept {
        if (!bytes_) {
            auto opened = sys::file_bytes::open("/sys/kernel/btf/vmlinux");
            if (!opened) return opened.error();
            bytes_ = *std::move(opened);
        }
        return text_of(*bytes_);
    }

    [[nodiscard]] static std::string_view text_of(sys::file_bytes const& bytes) noexcept {
        return {reinterpret_cast<char const*>(bytes.view().data()), bytes.view().size()};
    }

  private:
    std::optional<sys::file_bytes> bytes_{};
};

/// The name of a module that has BTF, ending with NUL.
using module_name = std::array<char, 64>;

namespace detail {

// What getdents64(2) writes; libc's struct dirent is another one on some machines.
struct directory_entry {
    std::uint64_t number;
    std::int64_t next;
    std::uint16_t size;
    std::uint8_t type;
    char name[1];
};

template <class Visit>
bool visit_entries(char const* entries, std::size_t size, Visit& visit) noexcept {
    for (std::size_t at = 0; at < size;) {
        std::uint16_t length = 0;
        std::memcpy(&length, entries + at + offsetof(directory_entry, size), sizeof length);
        std::string_view const name{entries + at + offsetof(directory_entry, name)};
        at += length;
        if (name.empty() || name[0] == '.' || name == "vmlinux" || name.size() >= module_name{}.size()) continue;
        if (!visit(name)) return false;
    }
    return true;
}

} // namespace detail

/// Visits the names of all modules that have BTF, until a visit says false.
/// UAPI: getdents64(2) of /sys/kernel/btf
/// Errors: ENOENT
/// Costs: four system calls or more, no allocation
template <class Visit>
[[nodiscard]] result<void> each_module(Visit visit) noexcept {
    auto const directory = sys::open_file("/sys/kernel/btf");
    if (!directory) return directory.error();
    for (;;) {
        alignas(std::uint64_t) char entries[4096];
        long const got =
            sys::detail::enter(__NR_getdents64, directory->raw(),
                               static_cast<long>(reinterpret_cast<std::uintptr_t>(entries)), sizeof entries);
        if (sys::detail::is_failure(got)) return sys::detail::failure(got, command::read_file);
        if (got == 0 || !detail::visit_entries(entries, static_cast<std::size_t>(got), visit))
            return outcome::success();
    }
}

/// The BTF of a module, and how programs name it.
/// UAPI: BPF_BTF_GET_NEXT_ID, BPF_BTF_GET_FD_BY_ID
/// Errors: ENOENT no such module; EPERM CAP_SYS_ADMIN is missing
/// Costs: three system calls for each BTF object up to the module's
[[nodiscard]] inline result<owned_fd<kind::btf>> open_module(std::string_view name) noexcept {
    for (btf_id id{};;) {
        auto const next = sys::call(sys::attr::btf_get_next_id{id});
        if (!next) return next.error();
        id = *next;
        auto opened = sys::call(sys::attr::btf_get_fd_by_id{id});
        if (!opened && opened.error().code == errc::enoent) continue; // gone since
        if (!opened) return opened.error();
        module_name told{};
        auto const info = sys::get_info<sys::info::btf>(
            opened->borrow(), {.name = told.data(), .name_len = static_cast<std::uint32_t>(told.size())});
        if (!info) return info.error();
        if ((*info)->kernel_btf != 0 && std::string_view{told.data()} == name) return opened;
    }
}

/// The bytes of a module's BTF.
[[nodiscard]] inline result<sys::file_bytes> module_blob(std::string_view name) noexcept {
    constexpr std::string_view directory = "/sys/kernel/btf/";
    std::array<char, directory.size() + module_name{}.size()> path{};
    directory.copy(path.data(), directory.size());
    name.copy(path.data() + directory.size(), module_name{}.size() - 1);
    return sys::file_bytes::open(path.data());
}

} // namespace bpfxx::object
