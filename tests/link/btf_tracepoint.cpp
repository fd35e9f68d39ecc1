// Programs at tracepoints whose arguments they read as what they are.
#include <bpfxx/link/btf_tracepoint.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/unprivileged.hpp"
#include "link/traced.hpp"

#include <cstdint>
#include <optional>
#include <unistd.h>

namespace {

using namespace bpfxx;
using traced::noting, traced::watcher;

// No system call has this number, and yet sys_enter sees it: (registers, number). The program notes the number.
constexpr long unused_number = 0x3bcd;

constexpr auto noting_number = [] {
    using namespace insn;
    return assemble(load<std::uint64_t>(r8, r1 + 8), mov(r6, r1), mov(r0, 0), jump_if(r8 != unused_number, "end"),
                    insn::call(helper::get_current_pid_tgid), store<std::uint64_t>(r10 - 8, r0),
                    load_map(r1, traced::slot), mov(r2, r10), add(r2, -8), insn::call(helper::map_lookup_elem),
                    jump_if(r0 == 0, "end"), mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1),
                    store<std::uint64_t>(r0 + 8, r8), mov(r0, 0), label("end"), insn::exit());
}();

constexpr auto noting_cookie = [] {
    using namespace insn;
    return assemble(load<std::uint64_t>(r8, r1 + 8), mov(r6, r1), mov(r0, 0), jump_if(r8 != unused_number, "end"),
                    insn::call(helper::get_current_pid_tgid), store<std::uint64_t>(r10 - 8, r0), mov(r1, r6),
                    insn::call(helper::get_attach_cookie), mov(r7, r0), load_map(r1, traced::slot), mov(r2, r10),
                    add(r2, -8), insn::call(helper::map_lookup_elem), jump_if(r0 == 0, "end"), mov(r1, 1),
                    atomic_add<std::uint64_t>(r0 + 0, r1), store<std::uint64_t>(r0 + 8, r7), mov(r0, 0), label("end"),
                    insn::exit());
}();

result<btf::type_id> target(char const* name = "sys_enter") {
    auto const* const kernel = traced::kernel();
    if (kernel == nullptr) return error{errc::enoent, command::open_file};
    return kernel->tracepoint(name);
}

void calls(int times) {
    for (int i = 0; i != times; ++i) syscall(unused_number);
}

} // namespace

TEST_CASE("the program runs while the link lives, and reads the tracepoint's arguments") {
    watcher<btf_tracepoint_program> watched{noting_number, target()};
    if (!watched) return;
    calls(3);
    CHECK(watched.take().times == 0);
    {
        auto const link = traced::attach(watched, btf_tracepoint_hook{});
        if (!link) return;
        calls(3);
        auto const seen = watched.take();
        CHECK(seen.times == 3);
        CHECK(seen.value == unused_number);
        support::fired("btf_tracepoint", "btf_tracepoint_hook");

        char name[32];
        auto const info = link->info(name);
        REQUIRE(info);
        CHECK(info->id == *link->id());
        CHECK(info->program == *watched->id());
        CHECK(info->name == "sys_enter");
        CHECK(!info->cookie);

        watched.program.reset();
        calls(1);
        CHECK(watched.take().times == 1);
    }
    calls(3);
    CHECK(watched.take().times == 0);
}

TEST_CASE("the older call attaches it as well") {
    watcher<btf_tracepoint_program> const watched{noting_number, target()};
    if (!watched) return;
    {
        auto const link = traced::attach(watched, btf_tracepoint_hook_without_cookie{});
        if (!link) return;
        calls(2);
        CHECK(watched.take().times == 2);
        support::fired("btf_tracepoint", "btf_tracepoint_hook_without_cookie");
    }
    calls(2);
    CHECK(watched.take().times == 0);
}

TEST_CASE("the program gets the cookie of its link") {
    auto const id = target();
    if (!id) return support::skip(describe(id.error()).c_str());
    auto const map = traced::seen_by_thread::create({.max_entries = 1});
    REQUIRE(map);
    auto const probe =
        btf_tracepoint_program::load({.insns = noting_cookie.with(*map), .license = "GPL", .attach_btf_id = *id});
    if (!probe) return support::skip("this kernel has no cookies for programs at tracepoints (before Linux 6.10)");
    watcher<btf_tracepoint_program> const watched{noting_cookie, id};
    REQUIRE(watched);
    constexpr std::uint64_t cookie = 0x1122'3344'5566'7788;
    auto const link = watched->attach(btf_tracepoint_hook{.cookie = cookie});
    REQUIRE(link);
    calls(1);
    CHECK(watched.take().value == cookie);
    char name[32];
    auto const told = link->info(name)->cookie;
    if (told) CHECK(*told == cookie);
}

TEST_CASE("one program at its tracepoint twice") {
    watcher<btf_tracepoint_program> const watched{noting_number, target()};
    if (!watched) return;
    auto const first = traced::attach(watched, btf_tracepoint_hook{});
    REQUIRE(first);
    auto const second = watched->attach(btf_tracepoint_hook{});
    calls(1);
    if (!second) {
        CHECK(second.error() == error{errc::eexist, command::link_create});
        CHECK(watched.take().times == 1);
        return support::skip("this kernel takes a program once at each tracepoint (before Linux 6.10)");
    }
    CHECK(watched.take().times == 2);
}

TEST_CASE("a pinned link goes on by itself") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    watcher<btf_tracepoint_program> const watched{noting_number, target()};
    if (!watched) return;
    auto const path = files.path("link");
    {
        auto const link = traced::attach(watched, btf_tracepoint_hook{});
        REQUIRE(link);
        REQUIRE(link->pin(path.c_str()));
    }
    calls(1);
    CHECK(watched.take().times == 1);
    {
        auto const opened = raw_tracepoint_link::open(path.c_str());
        REQUIRE(opened);
        REQUIRE(unlink(path.c_str()) == 0); // what this gives up ends a little later, what is closed ends at once
    }
    calls(1);
    CHECK(watched.take().times == 0);
}

TEST_CASE("what is no tracepoint") {
    auto const* const kernel = traced::kernel();
    if (kernel == nullptr) return support::skip(traced::no_kernel_types);
    CHECK(target("bpfxx_has_no_such_tracepoint").error() == error{errc::type_not_found, command::search});
    constexpr auto returns = insn::assemble(insn::mov(insn::r0, 0), insn::exit());
    for (auto const id : {btf::type_id{}, *kernel->function("security_file_open"), btf::type_id{0x7fff'ffff}})
        CHECK(btf_tracepoint_program::load({.insns = returns, .license = "GPL", .attach_btf_id = id}).error() ==
              error{errc::einval, command::prog_load});
    constexpr auto reads_too_far =
        insn::assemble(insn::load<std::uint64_t>(insn::r0, insn::r1 + 16), insn::mov(insn::r0, 0), insn::exit());
    CHECK(btf_tracepoint_program::load({.insns = reads_too_far, .license = "GPL", .attach_btf_id = *target()})
              .error()
              .code == errc::eacces); // sys_enter has two arguments
}

TEST_CASE("nobody else may load such a program") {
    auto const id = target();
    if (!id) return support::skip(describe(id.error()).c_str());
    CHECK(support::unprivileged([&] {
              constexpr auto returns = insn::assemble(insn::mov(insn::r0, 0), insn::exit());
              return btf_tracepoint_program::load({.insns = returns, .license = "GPL", .attach_btf_id = *id});
          }) == error{errc::eperm, command::prog_load});
}
