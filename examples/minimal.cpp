// The classic tutorial without a skeleton: bpf/minimal.bpf.c, compiled, is read by the C++ compiler, and its variables
// and programs have their names and types here.
#include "minimal.bpf.hpp"

#include <bpfxx/object/object.hpp>

#include <array>
#include <cstdio>
#include <unistd.h>

using minimal = bpfxx::object::object<minimal_object>;

int fail(bpfxx::object::object_error const& why) {
    std::array<char, 512> text;
    auto const described = why.describe(text);
    std::printf("%.*s\n%.*s\n", int(described.size()), described.data(), int(why.log.size()), why.log.data());
    using bpfxx::errc;
    return why.failure.code == errc::eperm || why.failure.code == errc::tracefs_not_mounted ? 77 : 1;
}

int main() {
    std::array<char, 16'384> log;
    auto loaded = minimal::open().set<"my_pid">(getpid()).log(log).load();
    if (!loaded) return fail(loaded.error());
    auto const attached = loaded->attach_all(); // SEC("tp/syscalls/sys_enter_write") says where
    if (!attached) return fail(attached.error());

    std::setvbuf(stdout, nullptr, _IONBF, 0);
    for (int count = 1; count <= 3; ++count) std::printf("write %d\n", count);
    auto const seen = loaded->global<"writes">().load();
    std::printf("the program has seen %llu; the trace log in tracefs tells more\n",
                static_cast<unsigned long long>(seen));
    return seen >= 3 ? 0 : 1;
}
