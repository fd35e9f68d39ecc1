// Loads any object file that clang -target bpf has made, says what is in it, attaches what says where it belongs, and keeps
// it there for as many seconds as it is told: `load_any x.bpf.o 60`.
#include <bpfxx/object/file.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

int width(std::string_view text) { return static_cast<int>(text.size()); }

int fail(bpfxx::object::object_error const& why) {
    std::array<char, 512> room;
    auto const text = why.describe(room);
    std::printf("%.*s\n%.*s\n", width(text), text.data(), width(why.log), why.log.data());
    using bpfxx::errc;
    return why.failure.code == errc::eperm || why.failure.code == errc::tracefs_not_mounted ? 77 : 1;
}

void list(bpfxx::object_file const& object) {
    for (std::uint32_t i = 0; i != object.contents().maps.size(); ++i) {
        auto const map = object.map(i);
        auto const& made = map.definition();
        auto const type = name(made.type);
        std::printf("map      %-24.*s %.*s, keys of %u bytes, values of %u, room for %u%s\n", width(map.name()),
                    map.name().data(), width(type), type.data(), made.key_size, made.value_size, made.max_entries,
                    map.fd() ? "" : ": not created");
    }
    for (std::uint32_t i = 0; i != object.contents().programs.size(); ++i) {
        auto const program = object.program(i);
        std::printf("program  %-24.*s %.*s, %zu instructions%s\n", width(program.name()), program.name().data(),
                    width(program.section()), program.section().data(), program.planned().code.instructions.size(),
                    program.fd() ? "" : ": not loaded");
    }
}

int main(int argc, char** argv) {
    if (argc < 2) return std::printf("usage: load_any OBJECT [SECONDS]\n"), 2;
    auto object = bpfxx::object_file::open(argv[1]);
    if (!object) return fail(object.error());
    std::array<char, 1 << 16> log;
    if (auto const loaded = object->load({.log = log}); !loaded) return fail(loaded.error());
    list(*object);
    if (auto const attached = object->attach_all(); !attached) return fail(attached.error());
    unsigned const seconds = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 0;
    std::printf("attached for %u seconds\n", seconds);
    ::sleep(seconds);
    return 0;
}
