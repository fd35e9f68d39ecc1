// How a module's types are looked for among all BTF objects, as the kernel sees it.
#include <bpfxx/btf/kernel.hpp>

#include "fake/kernel.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

constexpr char const* no_kernel_btf = "this kernel has no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)";
constexpr std::uint32_t get_info = 15, get_fd_by_id = 19, get_next_id = 23;

struct object {
    std::string name;
    bool is_kernel = true;
    long open_answer = 0;
    long info_answer = 0;
};

/// A kernel with some BTF objects by their ids.
struct objects {
    std::map<std::uint32_t, object> all;
    std::uint32_t opened = 0;

    long operator()(fake::bpf_call& call) {
        switch (call.command) {
        case get_next_id: {
            auto const next = all.upper_bound(call.field<std::uint32_t>(0));
            if (next == all.end()) return -ENOENT;
            call.put(4, next->first);
            return 0;
        }
        case get_fd_by_id:
            opened = call.field<std::uint32_t>(0);
            if (all[opened].open_answer != 0) return all[opened].open_answer;
            return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        case get_info: {
            auto const& one = all[opened];
            if (one.info_answer != 0) return one.info_answer;
            auto* const out = call.pointer<std::byte>(8);
            std::uint64_t buffer;
            std::uint32_t room;
            std::memcpy(&buffer, out + 16, 8);
            std::memcpy(&room, out + 24, 4);
            if (room <= one.name.size()) return -ENOSPC;
            std::memcpy(reinterpret_cast<char*>(buffer), one.name.c_str(), one.name.size() + 1);
            std::uint32_t const is_kernel = one.is_kernel ? 1 : 0;
            std::memcpy(out + 28, &is_kernel, 4);
            return 0;
        }
        default: return -EINVAL;
        }
    }
};

struct opening {
    result<btf::module_types> answer;
    std::vector<fake::logged_call> calls;
};

opening open(std::string_view name, btf::kernel_types const& base, objects const& there) {
    fake::kernel kernel{there};
    auto answer = btf::module_types::open(name, base);
    kernel.stop();
    return {std::move(answer), {kernel.calls().begin(), kernel.calls().end()}};
}

long calls_of(opening const& from, std::uint32_t command) {
    return std::count_if(from.calls.begin(), from.calls.end(),
                         [&](auto const& call) { return call.bpf && call.command == command; });
}

} // namespace

// /sys/kernel/btf has one file for sure: the kernel's own stands in for a module of that name.
TEST_CASE("every object is asked until the name is right, and those of programs are not taken") {
    auto const base = btf::kernel_types::open();
    if (!base) return support::skip(no_kernel_btf);
    auto const found =
        open("vmlinux", *base, {{{3, {"nf_tables"}}, {5, {"vmlinux", false}}, {9, {"vmlinux"}}, {11, {"veth"}}}});
    REQUIRE(found.answer);
    CHECK(calls_of(found, get_next_id) == 3);
    CHECK(calls_of(found, get_fd_by_id) == 3);
    CHECK(calls_of(found, get_info) == 3);
    int last = -1;
    for (auto const& call : found.calls) {
        if (!call.bpf || call.command != get_info) continue;
        CHECK(call.field<std::uint32_t>(4) == 32);
        last = call.field<std::int32_t>(0);
    }
    CHECK(found.answer->fd().raw() == last);
    CHECK(btf::number(found.answer->types().first_id()) == base->types().type_count() + 1);
}

TEST_CASE("an object that goes away between two calls is passed over") {
    auto const base = btf::kernel_types::open();
    if (!base) return support::skip(no_kernel_btf);
    CHECK(open("vmlinux", *base, {{{3, {"gone", true, -ENOENT}}, {9, {"vmlinux"}}}}).answer);
}

TEST_CASE("what the kernel refuses is handed on, and nothing stays open") {
    auto const base = btf::kernel_types::open();
    if (!base) return support::skip(no_kernel_btf);
    CHECK(open("veth", *base, {}).answer.error() == error{errc::enoent, command::btf_get_next_id});
    CHECK(open("veth", *base, {{{3, {"veths"}}, {4, {"vet"}}}}).answer.error() ==
          error{errc::enoent, command::btf_get_next_id});
    CHECK(open("veth", *base, {{{3, {"veth", true, -EPERM}}}}).answer.error() ==
          error{errc::eperm, command::btf_get_fd_by_id});
    CHECK(open("veth", *base, {{{3, {"veth", true, 0, -EFAULT}}}}).answer.error() ==
          error{errc::efault, command::obj_get_info_by_fd});
    CHECK(open("bpfxx_none", *base, {{{3, {"bpfxx_none"}}}}).answer.error() ==
          error{errc::enoent, command::open_file}); // known to one, not to the other
    std::string const longest(63, 'x');
    CHECK(open(longest, *base, {{{3, {longest}}}}).answer.error() == error{errc::enoent, command::open_file});
}
