#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/kernel_symbols.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/file.hpp>
#include <bpfxx/sys/flags.hpp>

#include <sys/utsname.h>

#include <charconv>
#include <cstdint>
#include <string_view>

// What programs ask of the kernel beside its configuration: LINUX_KERNEL_VERSION, LINUX_HAS_BPF_COOKIE and
// LINUX_HAS_SYSCALL_WRAPPER. Nothing is kept between two questions.
namespace bpfxx::object {

/// A version as KERNEL_VERSION of <linux/version.h> makes it; 0 for a text that does not start with three numbers.
[[nodiscard]] inline std::uint32_t version_code(std::string_view text) noexcept {
    std::uint32_t parts[3]{};
    for (std::uint32_t& part : parts) {
        if (&part != parts && !text.starts_with('.')) return 0;
        if (&part != parts) text.remove_prefix(1);
        auto const read = std::from_chars(text.data(), text.data() + text.size(), part);
        if (read.ec != std::errc{}) return 0;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    }
    return (parts[0] << 16) + (parts[1] << 8) + (parts[2] > 255 ? 255 : parts[2]);
}

/// The version of the running kernel, of which distributions hide the last part: Ubuntu tells it in a file of its own,
/// Debian behind its name. 0 where nothing tells it.
/// UAPI: uname(2), /proc/version_signature
/// Costs: two system calls, no allocation
[[nodiscard]] inline std::uint32_t kernel_version() noexcept {
    char buffer[256];
    if (auto const signature = sys::read_file("/proc/version_signature", buffer)) {
        // `Ubuntu 4.15.0-12.13-generic 4.15.18`
        std::size_t const last = signature->find_last_of(' ');
        std::uint32_t const told = last == std::string_view::npos ? 0 : version_code(signature->substr(last + 1));
        if (told != 0) return told;
    }
    struct ::utsname names{};
    if (::uname(&names) != 0) return 0;
    std::string_view const build{names.version};
    std::size_t const debian = build.find("Debian ");
    std::uint32_t const told = debian == std::string_view::npos ? 0 : version_code(build.substr(debian + 7));
    return told != 0 ? told : version_code(names.release);
}

/// Whether programs can ask for the cookie that they were attached with: a program that does so is loaded.
/// UAPI: BPF_PROG_LOAD
/// Since: Linux 5.15
/// Costs: two system calls, no allocation
[[nodiscard]] inline bool has_attach_cookie(optional_fd_ref<kind::token> token = {}) noexcept {
    static constexpr insn::instruction code[] = {insn::call(insn::helper::get_attach_cookie), insn::exit()};
    sys::attr::prog_load probe{.prog_type = program_type::kprobe, .insn_cnt = 2, .insns = code, .license = "GPL"};
    if (token) probe.prog_flags = program_flags::token_fd;
    probe.prog_token_fd = token;
    return sys::call(probe).has_value();
}

/// Whether the functions that system calls enter get the registers of their caller behind a pointer.
/// UAPI: the perf device `kprobe`; /proc/kallsyms where there is none
/// Costs: seven system calls, without kprobes hundreds; no allocation
[[nodiscard]] inline bool has_system_call_wrapper() noexcept {
#if defined(__x86_64__)
    constexpr char const* entry = "__x64_sys_bpf";
#elif defined(__aarch64__)
    constexpr char const* entry = "__arm64_sys_bpf";
#elif defined(__riscv)
    constexpr char const* entry = "__riscv_sys_bpf";
#elif defined(__s390x__)
    constexpr char const* entry = "__s390x_sys_bpf";
#elif defined(__powerpc__)
    constexpr char const* entry = "__powerpc_sys_bpf";
#elif defined(__mips__)
    constexpr char const* entry = "__mips_sys_bpf";
#else
    constexpr char const* entry = "";
#endif
    if (entry[0] == '\0') return false;
    auto const event = kprobe_hook{.function = entry}.open();
    if (event) return true;
    if (event.error() == error{errc::enoent, command::open_perf_event}) return false;
    return has_kernel_symbol(entry);
}

} // namespace bpfxx::object
