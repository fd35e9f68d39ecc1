// SPDX-License-Identifier: BSL-1.0
// Each system call of a load fails in turn: what was made before is closed and unmapped again, or the load does without.

#include <bpfxx/object/load.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/opened.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include "fake/kernel.hpp"
#include "kernel/support/bpffs.hpp"
#include "kernel/support/injected.hpp"
#include "kernel/support/leaks.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace bpfxx;

/// Memory of maps that this process has mapped.
std::size_t mapped_maps() {
    std::ifstream lines{"/proc/self/maps"};
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);)
        if (line.find("bpf") != line.npos || line.find("vmlinux") != line.npos) ++count;
    return count;
}

struct loaded_once {
    std::vector<support::made_call> calls;
    bool done = false;
    std::optional<object::object_error> why;
    std::size_t descriptors = 0;
};

class subject {
  public:
    subject(char const* name, object::settings const& how)
        : how_{how}, bytes_{*sys::file_bytes::open((std::string{BPFXX_TESTS "/object"} + "/" + name).c_str())} {
        REQUIRE(opened_.read(bytes_.view(), object::name_of_file(name)));
        maps_.resize(opened_.plan().maps.size());
        programs_.resize(opened_.plan().programs.size());
    }

    [[nodiscard]] loaded_once load(support::failing_call const& fails) {
        std::optional<object::loading<void>> done;
        loaded_once made;
        made.calls =
            support::with_failure(fails, [&] { done.emplace(object::load(opened_.plan(), how_, {maps_, programs_})); });
        made.done = done->has_value();
        if (!made.done) made.why = done->error();
        for (auto const& map : maps_) made.descriptors += map.fd ? 1 : 0;
        for (auto const& program : programs_) made.descriptors += program.fd ? 1 : 0;
        if (!made.done) {
            CHECK(made.descriptors == 0);
            for (auto const& map : maps_) CHECK(map.bytes().empty());
        }
        return made;
    }

    void clear() { object::slots{maps_, programs_}.clear(); }

  private:
    object::settings how_;
    sys::file_bytes bytes_;
    object::opened opened_;
    std::vector<object::loaded_map> maps_;
    std::vector<object::loaded_program> programs_;
};

/// How many of the failures were fatal.
std::size_t each_call_fails(char const* name, int code, object::settings const& how = {}) {
    CAPTURE(name);
    subject object{name, how};
    auto const descriptors = support::descriptors();
    auto const mappings = mapped_maps();
    auto const undisturbed = object.load({});
    REQUIRE(undisturbed.done);
    REQUIRE(undisturbed.calls.size() < 250);
    object.clear();
    CHECK(mapped_maps() == mappings);
    std::size_t fatal = 0;
    for (std::size_t which = 1; which <= undisturbed.calls.size(); ++which) {
        long const number = undisturbed.calls[which - 1].number;
        if (number == __NR_munmap || number == __NR_close) continue; // what fails to end stays
        // The kernel's BTF is read page by page where it cannot be mapped.
        if (number == __NR_mmap && undisturbed.calls[which - 1].second > 1'000'000) continue;
        CAPTURE(which);
        CAPTURE(number);
        auto const made = object.load({.which = which, .code = code});
        fatal += made.done ? 0 : 1;
        if (!made.done && number == __NR_bpf) CHECK(static_cast<int>(made.why->failure.code) == code);
        object.clear();
        CHECK(mapped_maps() == mappings);
        CHECK(support::descriptors() == descriptors);
    }
    return fatal;
}

std::size_t bpf_calls(std::vector<support::made_call> const& calls) {
    return static_cast<std::size_t>(
        std::count_if(calls.begin(), calls.end(), [](auto const& one) { return one.number == __NR_bpf; }));
}

} // namespace

#if defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define WITH_SYSTEM_CALLS_OF_THE_SANITIZER
#    endif
#endif

TEST_CASE("nothing is left of a load that fails at any step") {
#ifdef WITH_SYSTEM_CALLS_OF_THE_SANITIZER
    return support::skip("AddressSanitizer makes system calls of its own, more than are kept");
#endif
    if (auto const* const why = fake::unavailable()) return support::skip(why);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    for (int const code : {ENOMEM, EPERM, EINVAL, ENOENT}) {
        CAPTURE(code);
        CHECK(each_call_fails("minimal.bpf.o", code) >= 2);
        CHECK(each_call_fails("data_sections.bpf.o", code) >= 4);
        CHECK(each_call_fails("map_in_map.bpf.o", code) >= 8);
        CHECK(each_call_fails("program_array.bpf.o", code) >= 4);
        CHECK(each_call_fails("core_task.bpf.o", code) >= 2);
        CHECK(each_call_fails("core_fields.bpf.o", code) >= 4);
        CHECK(each_call_fails("iterator.bpf.o", code) >= 2);
        CHECK(each_call_fails("struct_ops.bpf.o", code) >= 3);
        CHECK(each_call_fails("arena.bpf.o", code) >= 2);
    }
}

TEST_CASE("what is pinned by a load that fails stays, and nothing else") {
    if (auto const* const why = fake::unavailable()) return support::skip(why);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    CHECK(each_call_fails("pinned.bpf.o", EPERM, {.pin_directory = files.root()}) >= 2);
}

TEST_CASE("loading takes as few calls as there are things to make") {
    if (auto const* const why = fake::unavailable()) return support::skip(why);
    subject small{"minimal.bpf.o", {}};
    auto const made = small.load({});
    REQUIRE(made.done);
    CHECK(bpf_calls(made.calls) == 6);
}

TEST_CASE("a signal while a program is verified is no failure") {
    if (auto const* const why = fake::unavailable()) return support::skip(why);
    subject small{"minimal.bpf.o", {}};
    auto const undisturbed = small.load({});
    small.clear();
    std::size_t which = 0;
    for (std::size_t at = 0; at != undisturbed.calls.size(); ++at)
        if (undisturbed.calls[at].number == __NR_bpf && undisturbed.calls[at].first == 5) which = at + 1;
    REQUIRE(which != 0);
    CHECK(small.load({.which = which, .code = EAGAIN}).done);
}

TEST_CASE("too few slots are said") {
    auto const bytes = sys::file_bytes::open((std::string{BPFXX_TESTS "/object"} + "/minimal.bpf.o").c_str());
    object::opened opened;
    REQUIRE(opened.read(bytes->view(), "minimal"));
    auto const refused = object::load(opened.plan(), {}, {});
    REQUIRE(!refused);
    CHECK(refused.error().problem.why == object::reason::storage_too_small);
}
