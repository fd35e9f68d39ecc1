// Programs at the hooks of the Linux security modules: what they refuse is refused, for the thread that is meant.
#include <bpfxx/link/tracing.hpp>

#include "kernel/support/fired.hpp"
#include "link/traced.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

using namespace bpfxx;
using traced::noting, traced::watcher;

/// False where the list of security modules can be read and lacks bpf.
bool bpf_is_listed() {
    std::ifstream file{"/sys/kernel/security/lsm"};
    std::string list;
    std::getline(file, list);
    return list.empty() || ("," + list + ",").find(",bpf,") != std::string::npos;
}

bool hooks_are_called() {
    bool const called = bpf_is_listed();
    if (!called) support::skip("bpf is not among this kernel's security modules (lsm=)");
    return called;
}

result<btf::type_id> hook(char const* name) {
    auto const* const kernel = traced::kernel();
    if (kernel == nullptr) return error{errc::enoent, command::open_file};
    return kernel->lsm_hook(name);
}

/// A file that is there until it may be removed.
struct file {
    std::string path;

    file() {
        char name[] = "/tmp/bpfxx_test_XXXXXX";
        int const made = mkostemp(name, O_CLOEXEC);
        REQUIRE(made >= 0);
        close(made);
        path = name;
    }
    file(file const&) = delete;
    file& operator=(file const&) = delete;
    ~file() { unlink(path.c_str()); }

    [[nodiscard]] int remove() const { return unlink(path.c_str()) == 0 ? 0 : errno; }
};

} // namespace

TEST_CASE("a program at inode_unlink decides who may unlink, while it is attached") {
    if (!hooks_are_called()) return;
    watcher<lsm_mac_program> const watched{noting(traced::nothing, -EPERM), hook("inode_unlink")};
    if (!watched) return;
    file const kept;
    {
        auto const link = traced::attach(watched, tracing_hook{});
        if (!link) return;
        CHECK(kept.remove() == EPERM);
        CHECK(watched.take().times == 1);
        support::fired("lsm_mac", "tracing_hook");

        file const others;
        int answer = -1;
        std::thread{[&] { answer = others.remove(); }}.join();
        CHECK(answer == 0);

        auto const info = link->info();
        REQUIRE(info);
        CHECK(info->attach_type == attach_type::lsm_mac);
        CHECK(info->program == *watched->id());
        CHECK(info->target_function == *hook("inode_unlink"));
    }
    CHECK(kept.remove() == 0);
    CHECK(watched.take().times == 0);
}

TEST_CASE("the older call attaches it as well") {
    if (!hooks_are_called()) return;
    watcher<lsm_mac_program> const watched{noting(traced::nothing, -EACCES), hook("inode_unlink")};
    if (!watched) return;
    file const kept;
    {
        auto const link = traced::attach(watched, tracing_hook_without_cookie{});
        if (!link) return;
        CHECK(kept.remove() == EACCES);
        CHECK(watched.take().times == 1);
        support::fired("lsm_mac", "tracing_hook_without_cookie");
    }
    CHECK(kept.remove() == 0);
}

TEST_CASE("the program gets the cookie of its link") {
    if (!hooks_are_called()) return;
    watcher<lsm_mac_program> const watched{noting(traced::cookie), hook("inode_unlink")};
    if (!watched) return;
    auto const link = traced::attach(watched, tracing_hook{.cookie = 7});
    if (!link) return;
    CHECK(file{}.remove() == 0);
    CHECK(watched.take().value == 7);
}

TEST_CASE("a sleepable program, which only some hooks take") {
    if (!hooks_are_called()) return;
    watcher<lsm_mac_program> const watched{noting(traced::nothing, -EACCES), hook("file_open"),
                                           program_flags::sleepable};
    if (!watched) return;
    {
        auto const link = traced::attach(watched, tracing_hook{});
        if (!link) return;
        int const opened = open("/dev/null", O_RDONLY | O_CLOEXEC);
        int const why = errno;
        CHECK(opened == -1);
        CHECK(why == EACCES);
        CHECK(watched.take().times == 1);
    }
    auto const opened = owned_fd<kind::file>::adopt_raw(open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK(opened);
    constexpr auto returns = insn::assemble(insn::mov(insn::r0, 0), insn::exit());
    auto const awake = lsm_mac_program::load(
        {.insns = returns, .license = "GPL", .flags = program_flags::sleepable, .attach_btf_id = *hook("task_free")});
    REQUIRE(!awake);
    CHECK(awake.error() == error{errc::einval, command::prog_load});
}

TEST_CASE("what the kernel refuses while loading") {
    auto const target = hook("inode_unlink");
    if (!target) return support::skip(traced::no_kernel_types);
    constexpr auto returns = insn::assemble(insn::mov(insn::r0, 0), insn::exit());
    constexpr auto returns_1 = insn::assemble(insn::mov(insn::r0, 1), insn::exit());
    auto const load = [](auto const& code, char const* license, btf::type_id id) {
        auto const loaded = lsm_mac_program::load({.insns = code, .license = license, .attach_btf_id = id});
        return loaded ? errc{} : loaded.error().code;
    };
    if (load(returns, "GPL", *target) == errc::eperm) return support::skip(traced::forbidden);
    CHECK(load(returns, "GPL", *target) == errc{});
    CHECK(load(returns, "Proprietary", *target) == errc::einval);
    CHECK(load(returns, "GPL", *traced::kernel()->function("security_file_open")) == errc::einval);
    auto const verdict_1 = load(returns_1, "GPL", *target); // older kernels take what is neither 0 nor an errno
    CHECK((verdict_1 == errc::einval || verdict_1 == errc{}));
}

TEST_CASE("where bpf is not among the security modules, programs are attached and never run") {
    if (bpf_is_listed()) return support::skip("bpf is among this kernel's security modules, or they are not known");
    watcher<lsm_mac_program> const watched{noting(traced::nothing, -EPERM), hook("inode_unlink")};
    if (!watched) return;
    auto const link = traced::attach(watched, tracing_hook{});
    if (!link) return;
    CHECK(file{}.remove() == 0);
    CHECK(watched.take().times == 0);
}
