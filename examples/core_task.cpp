// Which programs are started while a command runs, and by whom: bpf/core_task.bpf.c reads members of the kernel's structs,
// and loading it finds out where this kernel has them.
#include "core_task.bpf.hpp"

#include <bpfxx/object/object.hpp>
#include <bpfxx/ring/reader.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>

struct event {
    int pid;
    int parent;
    char name[16];
    char parent_name[16];
};

using core_task = bpfxx::object::object<core_task_object>;
static_assert(core_task::describes<"event", event>()); // the same members as in the BPF source

int fail(bpfxx::object::object_error const& why) {
    std::array<char, 512> text;
    auto const described = why.describe(text);
    std::printf("%.*s\n%.*s\n", int(described.size()), described.data(), int(why.log.size()), why.log.data());
    return why.failure.code == bpfxx::errc::eperm ? 77 : 1;
}

int main(int argc, char** argv) {
    std::array<char, 16'384> log;
    auto loaded = core_task::open().log(log).load();
    if (!loaded) return fail(loaded.error());
    if (auto const attached = loaded->attach_all(); !attached) return fail(attached.error());
    auto ring = bpfxx::ring_reader<event>::open(loaded->map<"events">());
    if (!ring) return std::printf("%s\n", describe(ring.error()).c_str()), 1;

    int const status = std::system(argc > 1 ? argv[1] : "uname -sr; true");
    int count = 0;
    for (event const& started : ring->drain()) {
        std::printf("%s (%d) was started by %s (%d)\n", started.name, started.pid, started.parent_name, started.parent);
        ++count;
    }
    return status == 0 && count != 0 ? 0 : 1;
}
