// Binaries of this machine, looked into by bpfxx and by others: the dynamic linker and readelf.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/probe/binary.hpp>
#include <bpfxx/probe/find_file.hpp>
#include <bpfxx/probe/find_mapped.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

extern "C" [[gnu::noinline, gnu::used]] int bpfxx_test_exported() { return 1; }

namespace {

using namespace bpfxx;

/// Where in its file the byte at an address was mapped from, as the kernel tells.
std::uint64_t mapped_offset(void const* address) {
    std::ifstream maps{"/proc/self/maps"};
    auto const wanted = reinterpret_cast<std::uint64_t>(address);
    for (std::string line; std::getline(maps, line);) {
        unsigned long start = 0, end = 0, offset = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx %*s %lx", &start, &end, &offset) != 3) continue;
        if (start <= wanted && wanted < end) return wanted - start + offset;
    }
    return 0;
}

bool same_file(char const* left, char const* right) {
    struct stat a{}, b{};
    return ::stat(left, &a) == 0 && ::stat(right, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

TEST_CASE("binary: this executable, opened and moved") {
    auto opened = probe::binary::open("/proc/self/exe");
    REQUIRE(opened);
    auto const binary = std::move(*opened);
    auto const found = binary.function("bpfxx_test_exported");
    REQUIRE(found);
    CHECK(found->offset == mapped_offset(reinterpret_cast<void const*>(&bpfxx_test_exported)));
    CHECK(found->name == "bpfxx_test_exported");
    CHECK(*binary.function("bpfxx_test_exported", 1) == found->offset + 1);
    CHECK(binary.function("bpfxx_test_exported", found->size).error().failure ==
          error{errc::symbol_not_found, command::search});
    CHECK(binary.function("bpfxx_test_exported", found->size).error().what.why == elf::reason::beyond_function);
    std::uint64_t room[4];
    auto const all = binary.functions("bpfxx_test_export??", room);
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    CHECK((*all)[0] == found->offset);
    CHECK(binary.file().type() != elf::file_type::relocatable);
}

TEST_CASE("binary: what is not there, and what is no binary") {
    auto const none = probe::binary::open("/nonexistent/file");
    REQUIRE_FALSE(none);
    CHECK(none.error().failure == error{errc::enoent, command::open_file});
    CHECK(none.error().sentence() == text(errc::enoent));
    auto const script = probe::binary::open("/proc/self/environ");
    CHECK_FALSE(script);
    auto const no_elf = probe::binary::open("/etc/passwd");
    if (no_elf || no_elf.error().failure.code == errc::enoent) return support::skip("there is no /etc/passwd");
    CHECK(no_elf.error().failure == error{errc::malformed_file, command::search});
    CHECK(no_elf.error().what.why == elf::reason::not_elf);

    auto const binary = probe::binary::open("/proc/self/exe");
    CHECK(binary->function("bpfxx has none such").error().failure == error{errc::symbol_not_found, command::search});
    CHECK(binary->static_probe("bpfxx", "none").error().failure == error{errc::probe_not_found, command::search});
    std::uint64_t room[1];
    auto const many = binary->functions("*", room);
    REQUIRE_FALSE(many);
    CHECK(many.error().failure == error{errc::too_many_matches, command::search});
    REQUIRE(many.error().room_needed > 1);
    std::vector<std::uint64_t> enough(many.error().room_needed);
    auto const all = binary->functions("*", enough);
    REQUIRE(all);
    CHECK(all->size() > 1);
    for (std::size_t i = 1; i != all->size(); ++i) CHECK((*all)[i - 1] < (*all)[i]);
    auto const handed_on = [&]() -> result<void> {
        BOOST_OUTCOME_TRYV(binary->function("bpfxx has none such"));
        return outcome::success();
    };
    CHECK(handed_on().error() == error{errc::symbol_not_found, command::search});
}

TEST_CASE("binary: functions of libc are where the dynamic linker finds them") {
    Dl_info about{};
    if (::dladdr(reinterpret_cast<void const*>(&std::getenv), &about) == 0 || about.dli_fname == nullptr ||
        std::string_view{about.dli_fname}.find("libc") == std::string_view::npos)
        return support::skip("this test is linked statically");
    auto const libc = probe::binary::open(about.dli_fname);
    REQUIRE(libc);
    // Asked for by its handle, as a sanitizer has functions of the same names.
    void* const handle = ::dlopen(about.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    REQUIRE(handle != nullptr);
    int indirect = 0;
    for (char const* name :
         {"malloc", "free", "qsort", "printf", "getenv", "pthread_create", "memcpy", "strlen", "fopen"}) {
        CAPTURE(name);
        auto const found = libc->function(name);
        if (!found) {
            CHECK(found.error().what.why == elf::reason::indirect_function);
            ++indirect;
            continue;
        }
        CHECK(found->offset == mapped_offset(::dlsym(handle, name)));
    }
    CHECK(indirect <= 2);
#if defined(__x86_64__)
    auto const old = libc->function("memcpy@GLIBC_2.2.5");
    REQUIRE(old);
    CHECK(old->offset == mapped_offset(::dlvsym(handle, "memcpy", "GLIBC_2.2.5")));
#endif
    ::dlclose(handle);
}

TEST_CASE("binary: libraries by name, as they are mapped here") {
    char found[PATH_MAX], mapped[PATH_MAX];
    auto const here = probe::find_mapped(0, "c", mapped);
    if (!here) {
        CHECK(here.error() == error{errc::file_not_found, command::search});
        return support::skip("this test is linked statically");
    }
    for (std::string_view name : {"c", "libc.so.6"}) {
        auto const path = probe::find_library(name, found);
        REQUIRE(path);
        CHECK(same_file(*path, *here));
        CHECK(same_file(*probe::find_library(*path, mapped), *path));
    }
    auto const through_root = probe::find_mapped(static_cast<std::uint32_t>(::getpid()), "libc.so.6", mapped);
    REQUIRE(through_root);
    CHECK(std::string_view{*through_root}.starts_with("/proc/" + std::to_string(::getpid()) + "/root/"));
    CHECK(same_file(*through_root, found));
    CHECK(probe::find_mapped(0, "bpfxx_none", mapped).error() == error{errc::file_not_found, command::search});
    CHECK(probe::find_mapped(0, "c", std::span{mapped}.first(8)).error().code == errc::buffer_too_small);
    CHECK(probe::find_library("bpfxx_none", found).error() == error{errc::file_not_found, command::search});
    CHECK(probe::find_library("c", std::span{found}.first(8)).error().code == errc::buffer_too_small);
}

TEST_CASE("binary: nobody is asked about a process that does not exist") {
    char path[PATH_MAX];
    CHECK(probe::find_mapped(0x3fff'fff0, "c", path).error() == error{errc::enoent, command::open_file});
}

TEST_CASE("binary: LD_LIBRARY_PATH goes first, and PATH leads to programs") {
    char directory[] = "/tmp/bpfxx_XXXXXX";
    REQUIRE(::mkdtemp(directory) != nullptr);
    std::string const root = directory;
    auto const write = [&](std::string const& name, std::string_view bytes, mode_t mode) {
        std::ofstream{root + name} << bytes;
        ::chmod((root + name).c_str(), mode);
    };
    std::string_view const elf{"\x7f"
                               "ELF and more"};
    write("/libbpfxx_own.so", elf, 0644);
    write("/libbpfxx_own.so.3", elf, 0644);
    write("/libbpfxx_text.so", "GROUP ( /lib/libc.so.6 )", 0644);
    write("/bpfxx_tool", elf, 0755);
    write("/bpfxx_data", elf, 0644);
    write("/bpfxx_script", "#!/bin/sh\n", 0755);
    char const* const old_path = std::getenv("PATH");
    std::string const kept = old_path == nullptr ? "" : old_path;
    ::setenv("LD_LIBRARY_PATH", (":/nonexistent;" + root).c_str(), 1);
    ::setenv("PATH", ("/nonexistent::" + root).c_str(), 1);

    char path[PATH_MAX];
    CHECK(std::string{probe::find_library("bpfxx_own", path).value()} == root + "/libbpfxx_own.so");
    CHECK(std::string{probe::find_library("libbpfxx_own.so.3", path).value()} == root + "/libbpfxx_own.so.3");
    CHECK(probe::find_library("bpfxx_text", path).error() == error{errc::file_not_found, command::search});
    CHECK(std::string{probe::find_program("bpfxx_tool", path).value()} == root + "/bpfxx_tool");
    CHECK(std::string{probe::find_program(root + "/bpfxx_tool", path).value()} == root + "/bpfxx_tool");
    CHECK_FALSE(probe::find_program(root + "/bpfxx_data", path));
    CHECK_FALSE(probe::find_program("bpfxx_script", path));
    CHECK(probe::find_program("bpfxx_none", path).error() == error{errc::file_not_found, command::search});
    CHECK(probe::find_program("bpfxx_tool", std::span{path}.first(root.size() + 11)).error().code ==
          errc::buffer_too_small);
    CHECK(probe::find_program("bpfxx_tool", std::span{path}.first(root.size() + 12)));

    ::unsetenv("LD_LIBRARY_PATH");
    ::setenv("PATH", kept.c_str(), 1);
    for (char const* name :
         {"/libbpfxx_own.so", "/libbpfxx_own.so.3", "/libbpfxx_text.so", "/bpfxx_tool", "/bpfxx_data", "/bpfxx_script"})
        ::unlink((root + name).c_str());
    ::rmdir(directory);
}

TEST_CASE("binary: a file that was deleted while mapped is not found") {
    CHECK(probe::detail::mapped_path("1-2 r-xp 00000000 fe:01 77    /lib/a b.so") == "/lib/a b.so");
    CHECK(probe::detail::mapped_path("1-2 r-xp 00000000 fe:01 77    /lib/a.so (deleted)").empty());
    CHECK(probe::detail::mapped_path("1-2 rw-p 00000000 00:00 0     [heap]").empty());
    CHECK(probe::detail::mapped_path("1-2 rw-p 00000000 00:00 0 ").empty());
    CHECK(probe::detail::mapped_path("").empty());
}

TEST_CASE("binary: lines that do not end where a read does") {
    auto const file = owned_fd<kind::file>::adopt_raw(::memfd_create("bpfxx_lines", MFD_CLOEXEC));
    REQUIRE(file);
    std::string_view const text{"first\nand second\n\nlast line\nunended"};
    REQUIRE(::write(file->raw(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    for (std::size_t const size : {11u, 12u, 13u, 100u}) {
        ::lseek(file->raw(), 0, SEEK_SET);
        std::vector<char> buffer(size);
        probe::detail::line_reader lines{*file, buffer};
        CHECK(lines.next().value() == "first");
        CHECK(lines.next().value() == "and second");
        CHECK(lines.next().value() == "");
        CHECK(lines.next().value() == "last line");
        CHECK(lines.next().value().data() == nullptr);
    }
    ::lseek(file->raw(), 0, SEEK_SET);
    char small[8];
    probe::detail::line_reader lines{*file, small};
    CHECK(lines.next().value() == "first");
    CHECK(lines.next().error() == error{errc::malformed_file, command::read_file});
}

// ---- compared with readelf ----

/// What readelf says of the probes of a file: provider, name, location in memory, arguments, a line each.
std::vector<std::string> probes_by_readelf(std::string const& path) {
    std::vector<std::string> made;
    auto* const pipe = ::popen(("LC_ALL=C readelf -n '" + path + "' 2>/dev/null").c_str(), "re");
    if (pipe == nullptr) return made;
    std::string one;
    for (char line[4096]; std::fgets(line, sizeof line, pipe) != nullptr;) {
        std::string_view text{line};
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        text.remove_suffix(text.ends_with('\n'));
        if (text.starts_with("Provider: ")) one = text.substr(10);
        if (text.starts_with("Name: ")) one += ":" + std::string{text.substr(6)};
        if (text.starts_with("Location: ")) one += " " + std::string{text.substr(10, 18)};
        if (text.starts_with("Arguments: ")) made.push_back(one + " " + std::string{text.substr(11)});
    }
    ::pclose(pipe);
    return made;
}

TEST_CASE("binary: the static probes of libstdc++ and others, as readelf lists them") {
    std::size_t compared = 0;
    for (char const* name : {"stdc++", "c", "python3.11", "glib-2.0", "virt"}) {
        char path[PATH_MAX];
        if (!probe::find_library(name, path)) continue;
        auto const binary = probe::binary::open(path);
        REQUIRE(binary);
        auto const expected = probes_by_readelf(path);
        auto const probes = binary->static_probes();
        REQUIRE(probes);
        if (expected.empty() && probes->size() != 0) return support::skip("there is no readelf");
        std::size_t i = 0;
        for (auto const site : *probes) {
            REQUIRE(i != expected.size());
            CAPTURE(expected[i]);
            std::string const head = std::string{site.provider} + ":" + std::string{site.name} + " ";
            REQUIRE(expected[i].starts_with(head));
            auto const address = std::stoull(expected[i].substr(head.size(), 18), nullptr, 16);
            CHECK(binary->file().file_offset(address) == site.offset);
            CHECK(expected[i].substr(head.size() + 19) == site.arguments);
            for (std::size_t n = 0; n != site.argument_count(); ++n) {
                CAPTURE(site.argument(n).text);
                CHECK(site.argument(n).is_understood());
            }
            ++i;
        }
        CHECK(i == expected.size());
        compared += i;
    }
    if (compared == 0) support::skip("no library here has static probes");
}

} // namespace
