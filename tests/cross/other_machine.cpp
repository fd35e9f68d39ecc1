// What is written for one processor at a time, run on each: entering the kernel, and the layout of attributes. Under
// user-mode emulation bpf(2) itself is refused (ENOSYS), which is an answer like any other; fcntl and close are real.
#include <bpfxx/map/hash.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/info/program.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <unistd.h>

namespace {

using namespace bpfxx;

static_assert(sizeof(sys::attr::map_create) == 96 && offsetof(sys::attr::map_create, map_extra) == 64);
static_assert(sizeof(sys::attr::prog_load) == 168 && offsetof(sys::attr::prog_load, signature) == 152);
static_assert(sizeof(sys::attr::map_lookup_batch) == 56);
static_assert(sizeof(sys::info::program) == 232 && offsetof(sys::info::program, run_time_ns) == 192);
static_assert(sizeof(sys::attr::link_create_uprobe_multi) == 64);

int failures = 0;

void check(bool good, char const* what) {
    if (good) return;
    std::printf("failed: %s\n", what);
    ++failures;
}

bool answered(errc code) { return code == errc::enosys || code == errc::eperm; }

} // namespace

int main() {
    constexpr int sentinel = 12'345;
    errno = sentinel;

    auto const map = hash_map<std::uint32_t, std::uint64_t>::create({.max_entries = 4});
    check(map || answered(map.error().code), "BPF_MAP_CREATE is answered");
    check(map || map.error().during == command::map_create, "the error names the command");
    if (!map) std::printf("%s\n", describe(map.error()).c_str());

    auto const owner = owned_fd<kind::map>::adopt_raw(::dup(1));
    check(owner.has_value(), "a descriptor is adopted");
    auto copy = owner->duplicate();
    check(copy && copy->raw() > owner->raw(), "a descriptor is duplicated");
    int const number = copy ? copy->raw() : -1;
    {
        auto const closed = std::move(*copy);
    }
    check(::close(number) == -1, "the destructor closed it");

    errno = sentinel;
    sys::common_attr common{};
    sys::attr::map_freeze freeze{.map_fd = *owner};
    auto const frozen = sys::call(freeze, common);
    check(!frozen && frozen.error().during == command::map_freeze, "the form with five arguments is answered");
    auto const bad = fd_ref<kind::map>::from_raw(-1);
    check(!sys::call(sys::attr::map_freeze{.map_fd = bad}), "a bad descriptor is refused");
    check(errno == sentinel, "libc's errno is left alone");
    return failures == 0 ? 0 : 1;
}
