#pragma once
// SPDX-License-Identifier: BSL-1.0

#include "kernel/support/skip.hpp"

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/version.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <sys/utsname.h>
#include <utility>
#include <vector>

// Single instructions on the running kernel: operands come from the context and results go back into it, so that the
// verifier knows neither and computes nothing in advance.
namespace tests::insn {

using bpfxx::insn::instruction;
using bpfxx::insn::wide_instruction;

[[nodiscard]] inline bpfxx::since running_release() {
    ::utsname names{};
    ::uname(&names);
    unsigned major = 0;
    unsigned minor = 0;
    std::sscanf(names.release, "%u.%u", &major, &minor);
    return {static_cast<std::uint16_t>(major), static_cast<std::uint16_t>(minor)};
}

/// Instructions one after the other, at run time, where `assemble` would want everything while compiling.
class sequence {
  public:
    template <class... Statement>
    explicit sequence(Statement const&... statements) {
        (put(statements), ...);
    }

    void put(instruction const& one) { all_.push_back(one); }
    void put(wide_instruction const& one) {
        all_.push_back(one.first);
        all_.push_back(one.second);
    }

    operator std::span<instruction const>() const { return all_; }

  private:
    std::vector<instruction> all_;
};

/// The line in which a verifier says that it does not know an instruction; empty where it says something else.
[[nodiscard]] inline std::string line_of_unknown(std::string const& log) {
    for (char const* words : {"unknown opcode", "reserved field", "invalid atomic opcode"}) {
        auto const at = log.find(words);
        if (at == std::string::npos) continue;
        auto const start = log.rfind('\n', at) + 1;
        return log.substr(start, log.find('\n', at) - start);
    }
    return {};
}

/// The program; nothing, and the test case skipped, where a kernel older than the instruction says that it does not know
/// it.
template <class Program = bpfxx::syscall_program>
[[nodiscard]] std::optional<Program> load_program(std::span<instruction const> code, bpfxx::since available,
                                                  std::span<std::int32_t const> fd_array = {}) {
    std::vector<char> log(1 << 16);
    auto loaded = Program::load({.insns = code, .license = "GPL", .fd_array = fd_array}, log);
    if (loaded) return std::move(*loaded);
    std::string const said{loaded.error().log};
    auto const unknown = line_of_unknown(said);
    if (!unknown.empty() && running_release() < available) {
        auto const reason = "needs Linux " + std::to_string(available.major) + "." + std::to_string(available.minor) +
                            "; this kernel says: " + unknown;
        if (!support::tally::current_skips) support::skip(reason.c_str());
        return std::nullopt;
    }
    FAIL("does not load: ", std::string{describe(loaded.error()).view()}, "\n", said);
    return std::nullopt;
}

/// What every program here has as its context.
struct numbers {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    std::uint64_t result = 0;
    std::uint64_t second_result = 0;
    std::uint64_t third_result = 0;

    friend bool operator==(numbers const&, numbers const&) = default;
};

/// What it leaves in r0.
inline std::uint32_t run(bpfxx::syscall_program const& program, numbers& context) {
    auto const ran = test_run(program, context);
    REQUIRE(ran);
    return *ran;
}

/// Where instructions behave differently from their neighbours.
inline constexpr std::uint64_t edges[] = {
    0,
    1,
    2,
    7,
    31,
    32,
    33,
    63,
    64,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x100000000,
    0x123456789abcdef0,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xffffffff80000000,
    0xffffffff7fffffff,
    0xfffffffffffffffe,
    0xffffffffffffffff,
};

} // namespace tests::insn
