// A directory whose files nobody can remove, root included, as long as a program says so: the kernel asks it before every
// unlink(2), and it looks whether the directory bears a mark.
#include <bpfxx/btf/kernel.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/map/local_storage.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using bpfxx::program_kind::lsm_mac;
using marks = bpfxx::inode_storage<std::uint32_t>; // a number for each inode that has one, gone with it

using namespace bpfxx::insn;
constexpr map_slot<0, marks> marked{};

// clang-format off: one step a line
constexpr auto refuse_in_marked = assemble<lsm_mac>( // inode_unlink(directory, entry)
    load<std::uint64_t>(r2, r1 + 0), load_map(r1, marked), mov(r3, 0), mov(r4, 0), call(helper::inode_storage_get),
    mov(r1, r0), mov(r0, 0),
    if_(r1 != 0),
        mov(r0, -EPERM),
    end_if(),
    exit());
// clang-format on

/// Makes a file in the directory and tries to remove it.
void make_and_remove(bpfxx::fd_ref<bpfxx::kind::directory> directory, char const* when) {
    int const made = ::openat(directory.raw(), "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (made >= 0) ::close(made);
    bool const removed = ::unlinkat(directory.raw(), "file", 0) == 0;
    std::printf("%s: %s\n", when, removed ? "removed" : std::strerror(errno));
}

bpfxx::result<void> protect_for_a_while(bpfxx::fd_ref<bpfxx::kind::directory> directory) {
    auto const kernel = bpfxx::btf::kernel_types::open();
    if (!kernel) return kernel.error();
    auto const hook = kernel->lsm_hook("inode_unlink");
    if (!hook) return hook.error();
    auto const types = bpfxx::btf::load<std::uint32_t, std::uint32_t>();
    if (!types) return types.error();
    auto const map = marks::create({.name = "marks", .btf = types->btf()});
    if (!map) return map.error();
    auto const program = bpfxx::lsm_mac_program::load(
        {.insns = refuse_in_marked.with(*map), .license = "GPL", .name = "refuse_unlink", .attach_btf_id = *hook});
    if (!program) return program.error();
    auto const link = program->attach(bpfxx::tracing_hook{}); // asked until this goes
    if (!link) return link.error();
    make_and_remove(directory, "attached");
    auto const set = map->update(directory, 1);
    if (!set) return set.error();
    make_and_remove(directory, "attached, directory marked");
    return bpfxx::outcome::success();
}

int main() {
    char path[] = "/tmp/lsm_deny_unlink_XXXXXX";
    if (::mkdtemp(path) == nullptr) return 1;
    auto const directory = bpfxx::owned_fd<bpfxx::kind::directory>::adopt_raw(::open(path, O_DIRECTORY | O_CLOEXEC));
    if (!directory) return 1;
    auto const ran = protect_for_a_while(*directory);
    make_and_remove(*directory, "not attached");
    ::rmdir(path);
    if (ran) return 0;
    // The program is refused by kernels that let nobody change their code, the map where bpf is no security module.
    bool const cannot = ran.error().code == bpfxx::errc::eperm || ran.error().during == bpfxx::command::map_create;
    std::printf("%s%s\n", describe(ran.error()).c_str(), cannot ? ": this kernel takes no programs at such hooks" : "");
    return cannot ? 77 : 1;
}
