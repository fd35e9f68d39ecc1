#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/program/verifier_log.hpp>
#include <bpfxx/spec/program.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <cstdint>
#include <span>

// Loading without a C++ type of program, so that its code exists once for all of them.
namespace bpfxx::detail {

// The kernel wants no record size where there are no records.
template <class Record>
constexpr std::uint32_t record_size(std::span<Record const> records) noexcept {
    return records.empty() ? 0 : sizeof(Record);
}

template <class Kind>
sys::attr::prog_load load_attribute(program_type type, program_options_for<Kind> const& options) noexcept {
    auto const insns = options.insns.view();
    auto const token_flag = options.token ? program_flags::token_fd : program_flags::none;
    return {
        .prog_type = type,
        .insn_cnt = sys::saturated(insns.size()),
        .insns = insns.data(),
        .license = options.license.c_str(),
        .prog_flags = options.flags | token_flag,
        .prog_name = options.name,
        .prog_ifindex = options.ifindex,
        .expected_attach_type = options.expected_attach_type,
        .prog_btf_fd = options.btf,
        .func_info_rec_size = record_size(options.func_info),
        .func_info = options.func_info.data(),
        .func_info_cnt = sys::saturated(options.func_info.size()),
        .line_info_rec_size = record_size(options.line_info),
        .line_info = options.line_info.data(),
        .line_info_cnt = sys::saturated(options.line_info.size()),
        .attach_btf_id = btf::number(options.attach_btf_id),
        .attach_target_fd = options.attach_target,
        .core_relo_cnt = sys::saturated(options.core_relocations.size()),
        .fd_array = options.fd_array.data(),
        .core_relos = options.core_relocations.data(),
        .core_relo_rec_size = record_size(options.core_relocations),
        .prog_token_fd = options.token,
        .fd_array_cnt = options.bind_fd_array ? sys::saturated(options.fd_array.size()) : 0,
        .signature = options.signature.data(),
        .signature_size = sys::saturated(options.signature.size()),
        .keyring_id = options.keyring_id,
    };
}

/// The attribute with what the kernel insists on for the type, where the options leave it open.
template <class Kind, class For>
sys::attr::prog_load load_attribute(program_options_for<For> const& options) noexcept {
    auto attribute = load_attribute(Kind::type, options);
    attribute.prog_flags = attribute.prog_flags | Kind::constant_flags;
    if (attribute.expected_attach_type == attach_type{}) attribute.expected_attach_type = Kind::only_attach_type;
    return attribute;
}

/// One call that asks for the log. The first byte is set, because the kernel writes nothing where it refuses a program
/// before it verifies.
inline result_with<owned_fd<kind::program>, load_error> load_logged(sys::attr::prog_load& attribute,
                                                                    verifier_log const& log) noexcept {
    constexpr std::uint32_t most = 0xffff'ffff >> 2;
    auto const size = sys::saturated(log.buffer.size());
    attribute.log_level = log.level;
    attribute.log_size = size < most ? size : most;
    if (size != 0) {
        log.buffer[0] = '\0';
        attribute.log_buf = log.buffer.data();
    }
    auto loaded = sys::call(attribute);
    if (loaded) return *std::move(loaded);
    return load_error{loaded.error(), loaded.error().code, attribute.log_true_size, log.text()};
}

/// Silent first; once more with the log on failure, whose cause is then the first call's. What is tried again with the
/// same attribute is silent first again.
inline result_with<owned_fd<kind::program>, load_error> load_logged_on_failure(sys::attr::prog_load& attribute,
                                                                               std::span<char> buffer) noexcept {
    auto silent = sys::call(attribute);
    if (silent) return *std::move(silent);
    auto with_log = attribute;
    auto logged = load_logged(with_log, {.buffer = buffer});
    if (logged) return logged;
    load_error refused = logged.error();
    refused.failure = silent.error();
    return refused;
}

} // namespace bpfxx::detail
