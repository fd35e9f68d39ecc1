#pragma once
// What the tests of programs at kernel functions share: the kernel's types, and a program that notes what it sees of the
// calling thread.

#include <bpfxx/btf/kernel.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace traced {

using namespace bpfxx;

/// The running kernel's types, read once; null where it has none.
inline btf::kernel_types const* kernel() {
    static auto const types = btf::kernel_types::open();
    return types ? &*types : nullptr;
}

/// How often a program ran for a thread, and what it saw last.
struct seen {
    std::uint64_t times = 0;
    std::uint64_t value = 0;
};
using seen_by_thread = hash_map<std::uint64_t, seen>;

inline std::uint64_t this_thread() {
    return static_cast<std::uint64_t>(getpid()) << 32 | static_cast<std::uint64_t>(gettid());
}

inline constexpr insn::map_slot<0, seen_by_thread> slot{};

using insn::instruction, insn::r0, insn::r1, insn::r2, insn::r6, insn::r7, insn::r10, insn::mov;

// What is noted beside the number of times: it is left in r1, and r6 is the context.

inline constexpr std::array<instruction, 1> nothing{mov(r1, 0)};

template <int Index>
inline constexpr std::array<instruction, 1> word{insn::load<std::uint64_t>(r1, r6 + 8 * Index)};

inline constexpr std::array<instruction, 3> cookie{mov(r1, r6), insn::call(insn::helper::get_attach_cookie),
                                                   mov(r1, r0)};

/// A program that notes its runs for threads that are in the map, and leaves `verdict` for those and 0 for all others.
template <std::size_t N>
consteval auto noting(std::array<instruction, N> const& what, int verdict = 0) {
    using namespace insn;
    return assemble(mov(r6, r1), call(helper::get_current_pid_tgid), store<std::uint64_t>(r10 - 8, r0),
                    load_map(r1, slot), mov(r2, r10), add(r2, -8), call(helper::map_lookup_elem), mov(r7, r0),
                    mov(r0, 0), jump_if(r7 == 0, "end"), what, store<std::uint64_t>(r7 + 8, r1), mov(r1, 1),
                    atomic_add<std::uint64_t>(r7 + 0, r1), mov(r0, verdict), label("end"), exit());
}

inline constexpr char const* no_kernel_types = "this kernel has no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)";
inline constexpr char const* forbidden = "this kernel forbids to change the code of its functions (EPERM)";

/// A program that notes what it sees, with its map: nothing where this kernel cannot have it, which was said then.
template <class Program>
struct watcher {
    seen_by_thread map = seen_by_thread::create({.name = "seen", .max_entries = 64}).value();
    std::optional<Program> program;

    template <class Code>
    watcher(Code const& code, result<btf::type_id> target, program_flags flags = program_flags::none,
            optional_any_fd_ref<kind::program, kind::btf> of = {}) {
        if (!target) {
            support::skip(describe(target.error()).c_str());
            return;
        }
        REQUIRE(map.update(this_thread(), seen{}));
        char log[8192];
        auto loaded = Program::load({.insns = code.with(map),
                                     .license = "GPL",
                                     .name = "note",
                                     .flags = flags,
                                     .attach_btf_id = *target,
                                     .attach_target = of},
                                    log);
        if (!loaded && is_forbidden(loaded.error().failure)) return;
        INFO(std::string{loaded ? "" : loaded.error().log});
        REQUIRE(loaded);
        program.emplace(std::move(*loaded));
    }

    [[nodiscard]] explicit operator bool() const { return program.has_value(); }
    [[nodiscard]] Program const* operator->() const { return &*program; }

    /// How often it ran for this thread since it was last asked, and what it saw.
    [[nodiscard]] seen take() const {
        auto const now = map.lookup(this_thread()).value().value();
        REQUIRE(map.update(this_thread(), seen{}));
        return now;
    }

    /// Some kernels let nobody change the code of their functions, whatever the privilege.
    static bool is_forbidden(error why) {
        if (why.code != errc::eperm) return false;
        support::skip(forbidden);
        return true;
    }
};

/// Attaches, or skips where the kernel does not.
template <class Program, class Hook>
auto attach(watcher<Program> const& what, Hook const& hook) {
    auto link = what->attach(hook);
    using link_type = std::remove_cvref_t<decltype(*link)>;
    if (link) return std::optional<link_type>{*std::move(link)};
    INFO(std::string{describe(link.error()).view()});
    REQUIRE(watcher<Program>::is_forbidden(link.error()));
    return std::optional<link_type>{};
}

} // namespace traced
