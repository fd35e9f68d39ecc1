#include "sys/attr_proof.hpp"

#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/attr/iter.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/attr/token.hpp>
#include <bpfxx/sys/call.hpp>

#include <asm/unistd.h>
#include <concepts>
#include <sys/resource.h>

namespace sys_test {

namespace attr = bpfxx::sys::attr;

namespace {

using bpfxx::sys::attribute;
using bpfxx::sys::attribute_not_constant;
using bpfxx::sys::attribute_written_by_kernel;
using bpfxx::sys::call;

} // namespace

// What is no attribute, and why.
struct no_command {
    using returns = void;
    std::uint32_t number;
};
struct no_return {
    static constexpr command during = command::map_freeze;
    std::uint32_t number;
};
struct padded {
    static constexpr command during = command::map_freeze;
    using returns = void;
    std::uint32_t number;
    std::uint64_t wide;
};

namespace {

static_assert(attribute<attr::map_create> && attribute<attr::prog_load> && attribute<attr::link_detach>);
static_assert(!attribute<no_command> && !attribute<no_return> && !attribute<padded> && !attribute<int>);
static_assert(!attribute<attr::map_create&> && !attribute<bpfxx::sys::common_attr>);

// Those that the kernel writes to and that have to outlive the call, and those that the call reads by itself.
static_assert(attribute_written_by_kernel<attr::prog_load> && attribute_written_by_kernel<attr::btf_load>);
static_assert(attribute_written_by_kernel<attr::map_lookup_batch> &&
              attribute_written_by_kernel<attr::map_delete_batch>);
static_assert(attribute_written_by_kernel<attr::prog_test_run> && attribute_written_by_kernel<attr::prog_query>);
static_assert(attribute_written_by_kernel<attr::prog_query_interface> &&
              attribute_written_by_kernel<attr::task_fd_query>);
static_assert(!attribute_written_by_kernel<attr::map_get_next_id> && attribute_not_constant<attr::map_get_next_id>);
static_assert(!attribute_written_by_kernel<attr::map_lookup_elem> && !attribute_not_constant<attr::map_lookup_elem>);

template <class A>
concept callable = requires(A&& a) { call(static_cast<A&&>(a)); };
static_assert(callable<attr::map_freeze&> && callable<attr::map_freeze> && callable<attr::map_freeze const&>);
static_assert(callable<attr::prog_load&> && !callable<attr::prog_load> && !callable<attr::prog_load const&>);
static_assert(callable<attr::map_get_next_id&> && callable<attr::map_get_next_id>);
static_assert(!callable<attr::map_get_next_id const&> && !callable<attr::map_get_next_id const>);
static_assert(!callable<int> && !callable<no_command&> && !callable<padded const&>);

template <class A>
concept callable_with_common = requires(A&& a, bpfxx::sys::common_attr& common) { call(static_cast<A&&>(a), common); };
static_assert(callable_with_common<attr::map_freeze&> && callable_with_common<attr::map_freeze const&>);
static_assert(callable_with_common<attr::prog_load&> && !callable_with_common<attr::prog_load const&>);

// The kernel's answers in [-4095, -1] are errors, all others are values.
static_assert(bpfxx::sys::detail::is_failure(-1) && bpfxx::sys::detail::is_failure(-4095));
static_assert(!bpfxx::sys::detail::is_failure(0) && !bpfxx::sys::detail::is_failure(-4096));
static_assert(!bpfxx::sys::detail::is_failure(0x7fff'ffff'ffff'ffff));
static_assert(bpfxx::sys::detail::failure(-524, command::prog_test_run) ==
              bpfxx::error{errc::enotsupp, command::prog_test_run});

/// Makes number 0 free, and gives standard input back in the end.
class zero_is_free {
  public:
    zero_is_free() : kept_{fcntl(0, F_DUPFD_CLOEXEC, 100)}, flags_{fcntl(0, F_GETFD)} {
        if (kept_ != -1) close(0);
    }
    ~zero_is_free() {
        if (kept_ == -1) return;
        dup2(kept_, 0);
        fcntl(0, F_SETFD, flags_);
        close(kept_);
    }

  private:
    int kept_;
    int flags_;
};

/// The kernel hands out number 0: the owner has a higher one, and 0 is closed.
template <class Kind, class A>
void check_zero(A attribute) {
    CAPTURE(name(A::during));
    zero_is_free const free;
    fake::kernel kernel{[&](fake::bpf_call&) -> long { return open("/dev/null", O_RDONLY | O_CLOEXEC); }};
    auto const made = call(attribute);
    kernel.stop();
    static_assert(std::same_as<decltype(made), result<owned_fd<Kind>> const>);
    REQUIRE(made);
    REQUIRE(kernel.calls()[0].bpf);
    CHECK(kernel.calls()[0].result == 0);
    CHECK(made->raw() > 0);
    CHECK((fcntl(made->raw(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK_FALSE(is_open(0));
    REQUIRE(kernel.calls().size() == 3);
    CHECK(kernel.calls()[1].number == __NR_fcntl);
    CHECK(kernel.calls()[2].number == __NR_close);
    CHECK(kernel.calls()[2].arguments[0] == 0);
}

} // namespace

TEST_CASE("descriptor 0 is replaced, whatever kind it is of") {
    check_zero<kind::map>(attr::map_create{.map_type = bpfxx::map_type::hash});
    check_zero<kind::program>(attr::prog_load{.prog_type = bpfxx::program_type::xdp});
    check_zero<kind::btf>(attr::btf_load{});
    check_zero<kind::link>(attr::raw_tracepoint_open{.prog_fd = fd<kind::program>(9)});
    check_zero<kind::token>(attr::token_create{.bpffs_fd = fd<kind::directory>(9)});
    check_zero<kind::iterator>(attr::iter_create{.link_fd = fd<kind::link>(9)});
    check_zero<kind::statistics>(attr::enable_stats{});
}

TEST_CASE("descriptor 0 that cannot be replaced is closed, and the errno is told with the command") {
    zero_is_free const free;
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    int const first_free = fcntl(2, F_DUPFD_CLOEXEC, 1);
    close(first_free);
    auto now = before;
    now.rlim_cur = static_cast<rlim_t>(first_free);

    fake::kernel kernel{[](fake::bpf_call&) -> long { return open("/dev/null", O_RDONLY); }};
    setrlimit(RLIMIT_NOFILE, &now);
    auto const made = call(attr::map_create{.map_type = bpfxx::map_type::hash});
    setrlimit(RLIMIT_NOFILE, &before);
    kernel.stop();
    REQUIRE_FALSE(made);
    CHECK(made.error() == bpfxx::error{errc::emfile, command::map_create});
    CHECK_FALSE(is_open(0));
}

TEST_CASE("a value that the kernel returns is a value, however large") {
    long answer = 0x7fff'0001;
    fake::kernel kernel{[&](fake::bpf_call&) -> long { return answer; }};
    attr::prog_stream_read const read{.stream_id = bpfxx::stream_id::standard_output, .prog_fd = fd<kind::program>(9)};
    auto const large = call(attr::prog_stream_read{read});
    answer = 0;
    auto const nothing = call(attr::prog_stream_read{read});
    kernel.stop();
    CHECK(*large == 0x7fff'0001);
    REQUIRE(nothing);
    CHECK(*nothing == 0);
}

TEST_CASE("the kernel's writes count on failure too") {
    attr::map_lookup_batch batch{.count = 64, .map_fd = fd<kind::map>(9)};
    fake::kernel kernel{[](fake::bpf_call& seen) -> long {
        seen.put(32, std::uint32_t{5});
        return -ENOENT;
    }};
    auto const done = call(batch);
    kernel.stop();
    REQUIRE_FALSE(done);
    CHECK(done.error() == bpfxx::error{errc::enoent, command::map_lookup_batch});
    CHECK(batch.count == 5);
}

TEST_CASE("the common attribute goes in the fourth and fifth argument, and the kernel writes to it") {
    bpfxx::sys::common_attr common{.log_buf = pointer<char>(0x0101'0101'0108), .log_size = 0x0202, .log_level = 0x0303};
    std::string bytes;
    fake::kernel kernel{[&](fake::bpf_call& seen) -> long {
        bytes = in_hex(seen.common());
        std::uint32_t const true_size = 0x0404;
        std::memcpy(seen.common().data() + 16, &true_size, sizeof true_size);
        return -EINVAL;
    }};
    attr::map_freeze freeze{.map_fd = fd<kind::map>(9)};
    auto const done = call(freeze, common);
    kernel.stop();
    CHECK(bytes == "0801010101010000 0202000003030000 0000000000000000");
    CHECK(common.log_true_size == 0x0404);
    CHECK(done.error() == bpfxx::error{errc::einval, command::map_freeze});
    CHECK(kernel.only_bpf().command == (22 | 1u << 16));
}

TEST_CASE("a call in a loop is a system call a turn, no more") {
    std::uint32_t key = 0;
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ENOENT; }};
    auto const before = allocations();
    for (; key != 100; ++key)
        if (call(attr::map_lookup_elem{.map_fd = fd<kind::map>(9), .key = &key})) break;
    auto const after = allocations();
    kernel.stop();
    CHECK(key == 100);
    CHECK(kernel.calls().size() == 100);
    CHECK(kernel.bpf_calls() == 100);
    CHECK(after == before);
}

} // namespace sys_test
