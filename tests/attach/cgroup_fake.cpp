// BPF_PROG_ATTACH and BPF_PROG_DETACH at a cgroup as the kernel sees them, and what comes of answers that the running
// kernel gives only in a race.
#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"
#include "kernel/support/descriptors_left.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace {

using namespace bpfxx;

constexpr std::uint32_t prog_attach = 8, prog_detach = 9, get_info = 15, prog_query = 16;
constexpr std::uint32_t own_id = 50, other_id = 60;

template <class Kind>
owned_fd<Kind> new_descriptor() {
    return owned_fd<Kind>::adopt_raw(::open("/dev/null", O_RDONLY | O_CLOEXEC)).value();
}

/// A cgroup with one program at each hook, or none.
struct one_hook {
    std::uint32_t present = own_id; // 0 is none
    std::uint32_t count = present == 0 ? 0 : 1;
    std::uint32_t flags = 2;
    std::uint64_t revision = 9;
    long attach_answer = 0, detach_answer = 0, info_answer = 0, query_answer = 0;

    long operator()(fake::bpf_call& call) const {
        switch (call.command) {
        case prog_attach: return attach_answer;
        case prog_detach: return detach_answer;
        case get_info: return info(call);
        case prog_query: return query(call);
        default: return -EINVAL;
        }
    }

    long info(fake::bpf_call& call) const {
        std::uint32_t const start[]{13, own_id};
        std::memcpy(call.pointer<std::byte>(8), start, sizeof start);
        return info_answer;
    }

    long query(fake::bpf_call& call) const {
        auto const room = call.field<std::uint32_t>(24);
        call.put(12, flags);
        call.put(24, count);
        call.put(56, revision);
        auto* const ids = call.pointer<std::uint32_t>(16);
        for (std::uint32_t i = 0; i != room && i != count; ++i) ids[i] = present;
        if (query_answer != 0) return query_answer;
        return room < count ? -ENOSPC : 0;
    }
};

/// The commands of bpf(2) in their order, such as "8 15".
std::string commands(fake::kernel const& kernel) {
    std::string text;
    for (auto const& call : kernel.calls())
        if (call.bpf) text += (text.empty() ? "" : " ") + std::to_string(call.command);
    return text;
}

fake::logged_call const& first(fake::kernel const& kernel, std::uint32_t command) {
    for (auto const& call : kernel.calls())
        if (call.bpf && call.command == command) return call;
    throw std::out_of_range{"no such call"};
}

struct fixture {
    owned_fd<kind::cgroup> group = new_descriptor<kind::cgroup>();
    cgroup_sysctl_program program = cgroup_sysctl_program::adopt_unchecked(new_descriptor<kind::program>());
};

/// The answer of a guard that is detached by hand.
result<void> detached(one_hook const& there) {
    fixture const f;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long { return call.command == prog_attach ? 0 : there(call); }};
    auto guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group});
    auto const answer = guard->detach();
    kernel.stop();
    return answer;
}

} // namespace

TEST_CASE("attach passes everything in its place") {
    fixture const f;
    auto const old = fd_ref<kind::program>::from_raw(700);
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EPERM; }};
    auto const guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group,
                                                            .replace = old,
                                                            .order = attach_order::before(program_id{88}),
                                                            .expected_revision = 0x1122'3344'5566'7788,
                                                            .preorder = true});
    kernel.stop();
    CHECK(guard.error() == error{errc::eperm, command::prog_attach});
    CHECK(commands(kernel) == "8");
    auto const& call = first(kernel, prog_attach);
    CHECK(call.size == 32);
    CHECK(call.field<std::int32_t>(0) == f.group.raw());
    CHECK(call.field<std::int32_t>(4) == f.program.fd().raw());
    CHECK(call.field<std::uint32_t>(8) == 18);
    CHECK(call.field<std::uint32_t>(12) == (2u | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 6));
    CHECK(call.field<std::uint32_t>(16) == 700);
    CHECK(call.field<std::uint32_t>(20) == 88);
    CHECK(call.field<std::uint64_t>(24) == 0x1122'3344'5566'7788);
}

TEST_CASE("a shared hook is attached to at once, and looked at before the program is detached") {
    fixture const f;
    fake::kernel kernel{one_hook{}};
    {
        auto const guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group});
    }
    kernel.stop();
    CHECK(commands(kernel) == "8 15 16 9");
    CHECK(first(kernel, prog_attach).field<std::uint32_t>(12) == 2);
    CHECK(first(kernel, prog_attach).field<std::uint32_t>(16) == 0);
    auto const& query = first(kernel, prog_query);
    CHECK(query.field<std::uint32_t>(4) == 18);
    CHECK(query.field<std::uint32_t>(24) == 64);
    CHECK(query.field<std::uint64_t>(32) == 0);
    auto const& detach = first(kernel, prog_detach);
    CHECK(detach.size == 32);
    CHECK(detach.field<std::int32_t>(0) == query.field<std::int32_t>(0));
    CHECK(detach.field<std::int32_t>(0) != f.group.raw()); // a descriptor of its own
    CHECK(detach.field<std::int32_t>(4) != f.program.fd().raw());
    CHECK(detach.field<std::uint32_t>(8) == 18);
    CHECK(detach.field<std::uint64_t>(12) == 0);
    CHECK(detach.field<std::uint32_t>(20) == 0);
    CHECK(detach.field<std::uint64_t>(24) == 9);
}

TEST_CASE("a hook for one is looked at first, and taken as it was seen") {
    for (auto const sharing : {cgroup_sharing::exclusive, cgroup_sharing::overridable}) {
        fixture const f;
        fake::kernel kernel{one_hook{.present = 0, .flags = 0}};
        auto guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group, .sharing = sharing});
        std::move(*guard).leave_attached();
        kernel.stop();
        CHECK(commands(kernel) == "16 8");
        CHECK(first(kernel, prog_attach).field<std::uint32_t>(12) == static_cast<std::uint32_t>(sharing));
        CHECK(first(kernel, prog_attach).field<std::uint64_t>(24) == 9);
    }
}

TEST_CASE("the caller's revision goes before the one that was seen") {
    fixture const f;
    fake::kernel kernel{one_hook{.present = 0, .flags = 0, .attach_answer = -ESTALE}};
    auto const guard = f.program.attach(
        direct::cgroup_hook{.cgroup = f.group, .sharing = cgroup_sharing::exclusive, .expected_revision = 5});
    kernel.stop();
    CHECK(guard.error() == error{errc::estale, command::prog_attach});
    CHECK(first(kernel, prog_attach).field<std::uint64_t>(24) == 5);
}

TEST_CASE("to replace alone is to be expected there, without the flag that the kernel does not take") {
    fixture const f;
    auto const old = fd_ref<kind::program>::from_raw(700);
    direct::cgroup_hook const hook{.cgroup = f.group, .sharing = cgroup_sharing::exclusive, .replace = old};
    {
        fake::kernel kernel{one_hook{.flags = 0}};
        auto guard = f.program.attach(hook);
        REQUIRE(guard);
        std::move(*guard).leave_attached();
        kernel.stop();
        CHECK(commands(kernel) == "16 15 8");
        CHECK(first(kernel, get_info).field<std::int32_t>(0) == 700);
        CHECK(first(kernel, prog_attach).field<std::uint32_t>(12) == 0);
        CHECK(first(kernel, prog_attach).field<std::uint32_t>(16) == 0);
    }
    {
        fake::kernel kernel{one_hook{.present = other_id, .flags = 0}};
        auto const guard = f.program.attach(hook);
        kernel.stop();
        CHECK(guard.error() == error{errc::attached_by_another, command::prog_query});
        CHECK(commands(kernel) == "16 15");
    }
    {
        fake::kernel kernel{one_hook{.flags = 0, .info_answer = -EBADF}};
        auto const guard = f.program.attach(hook);
        kernel.stop();
        CHECK(guard.error() == error{errc::ebadf, command::obj_get_info_by_fd});
    }
    {
        fake::kernel kernel{one_hook{.present = 0, .flags = 0}};
        auto const guard = f.program.attach(hook);
        kernel.stop();
        CHECK(guard.error() == error{errc::enoent, command::prog_query});
        CHECK(commands(kernel) == "16");
    }
}

TEST_CASE("a hook that is shared in another way is the kernel's to refuse") {
    fixture const f;
    for (std::uint32_t const flags : {1u, 2u}) {
        fake::kernel kernel{one_hook{.flags = flags, .attach_answer = -EPERM}};
        auto const guard =
            f.program.attach(direct::cgroup_hook{.cgroup = f.group, .sharing = cgroup_sharing::exclusive});
        kernel.stop();
        CHECK(guard.error() == error{errc::eperm, command::prog_attach});
    }
    fake::kernel kernel{one_hook{.query_answer = -EPERM}};
    auto const guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group, .sharing = cgroup_sharing::exclusive});
    kernel.stop();
    CHECK(guard.error() == error{errc::eperm, command::prog_query});
    CHECK(commands(kernel) == "16");
}

TEST_CASE("what a guard finds in its place") {
    CHECK(detached({}));
    CHECK(detached({.flags = 0}));
    CHECK(detached({.present = other_id, .flags = 0}).error() == error{errc::attached_by_another, command::prog_query});
    CHECK(detached({.present = other_id, .flags = 1}).error() == error{errc::attached_by_another, command::prog_query});
    CHECK(detached({.present = other_id, .flags = 2}).error() == error{errc::enoent, command::prog_query});
    CHECK(detached({.present = 0, .flags = 0}).error() == error{errc::enoent, command::prog_query});
    CHECK(detached({.info_answer = -EBADF}).error() == error{errc::ebadf, command::obj_get_info_by_fd});
    CHECK(detached({.query_answer = -EPERM}).error() == error{errc::eperm, command::prog_query});
    CHECK(detached({.detach_answer = -EPERM}).error() == error{errc::eperm, command::prog_detach});
    // More than were ever there: what cannot be seen is tried.
    CHECK(detached({.present = other_id, .count = 65}));
}

TEST_CASE("the hook changes between the look and the detaching") {
    fixture const f;
    std::uint64_t revision = 9;
    std::uint32_t present = own_id;
    int changes = 3;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (call.command == prog_detach && changes-- > 0) {
            ++revision;
            return -ESTALE;
        }
        return one_hook{.present = present, .flags = 0, .revision = revision}(call);
    }};
    auto guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group});
    auto const over = guard->detach();
    kernel.stop();
    CHECK(over);
    CHECK(commands(kernel) == "8 15 16 9 16 9 16 9 16 9");
    CHECK(kernel.calls().back().number == __NR_bpf);
    CHECK(kernel.calls().back().field<std::uint64_t>(24) == 12);
}

TEST_CASE("another program comes between the look and the detaching") {
    fixture const f;
    std::uint32_t present = own_id;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (call.command == prog_detach) {
            present = other_id;
            return -ESTALE;
        }
        return one_hook{.present = present, .flags = 0}(call);
    }};
    auto guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group});
    auto const over = guard->detach();
    kernel.stop();
    CHECK(over.error() == error{errc::attached_by_another, command::prog_query});
    CHECK(commands(kernel) == "8 15 16 9 16");
}

TEST_CASE("a hook that never stops changing is given up") {
    auto const over = detached({.detach_answer = -ESTALE});
    CHECK(over.error() == error{errc::estale, command::prog_detach});
}

TEST_CASE("kernels without revisions are not given one") {
    fixture const f;
    fake::kernel kernel{one_hook{.flags = 0, .revision = 0}};
    auto guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group});
    auto const over = guard->detach();
    kernel.stop();
    CHECK(over);
    CHECK(first(kernel, prog_detach).field<std::uint64_t>(24) == 0);
}

TEST_CASE("LSM programs are looked for among all of them, with their flags") {
    auto const group = new_descriptor<kind::cgroup>();
    auto const program = lsm_cgroup_program::adopt_unchecked(new_descriptor<kind::program>());
    fake::kernel kernel{one_hook{.present = own_id, .count = 640, .flags = 0, .revision = 0}};
    {
        auto const guard = program.attach(direct::cgroup_hook{.cgroup = group});
    }
    auto const refused = program.attach(direct::cgroup_hook{.cgroup = group, .sharing = cgroup_sharing::overridable});
    kernel.stop();
    CHECK(commands(kernel) == "8 15 16 9");
    CHECK(first(kernel, prog_query).field<std::uint32_t>(24) == 640);
    CHECK(first(kernel, prog_query).field<std::uint64_t>(32) != 0);
    CHECK(first(kernel, prog_query).field<std::uint32_t>(4) == 43);
    CHECK(refused.error() == error{errc::einval, command::prog_attach});
}

TEST_CASE("where no descriptors are left nothing is attached, and nothing stays open") {
    fixture const f;
    for (std::size_t left = 0; left != 2; ++left) {
        fake::kernel kernel{one_hook{}};
        kernel.stop();
        support::descriptors_left const few{left};
        kernel.start();
        auto const guard = f.program.attach(direct::cgroup_hook{.cgroup = f.group});
        kernel.stop();
        CHECK(guard.error() == error{errc::emfile, command::duplicate_fd});
        CHECK(commands(kernel).empty());
    }
}
