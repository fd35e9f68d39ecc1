// System calls by the name of the command: the map's keys and values are structs of bpf/counts_by_name.bpf.c, and no C++
// struct repeats them. Members are read by their names, with the types that they have there.
#include "counts_by_name.bpf.hpp"

#include <bpfxx/object/object.hpp>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <unistd.h>

using counting = bpfxx::object::object<counts_by_name_object>;

int fail(bpfxx::object::object_error const& why) {
    std::array<char, 512> text;
    auto const described = why.describe(text);
    std::printf("%.*s\n", int(described.size()), described.data());
    return why.failure.code == bpfxx::errc::eperm ? 77 : 1;
}

int main() {
    auto loaded = counting::open().max_entries<"activities">(4096).load();
    if (!loaded) return fail(loaded.error());
    if (auto const attached = loaded->attach_all(); !attached) return fail(attached.error());
    for (int i = 0; i != 100; ++i) usleep(1000);
    loaded->detach_all();

    std::uint64_t all = 0;
    auto const activities = loaded->map<"activities">();
    auto const walked = activities.for_each([&](auto const& command, auto const& activity) {
        std::uint64_t const calls = activity.template get<"calls">();
        std::printf("%-16s %8" PRIu64 " calls, the last of number %u\n", command.template get<"name">().data(), calls,
                    activity.template get<"last.number">());
        all += calls;
    });
    if (!walked) return std::printf("%s\n", describe(walked.error()).c_str()), 1;
    return all >= 100 ? 0 : 1;
}
