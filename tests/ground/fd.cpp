#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

using bpfxx::any_fd_ref;
using bpfxx::command;
using bpfxx::errc;
using bpfxx::error;
using bpfxx::fd_ref;
using bpfxx::optional_any_fd_ref;
using bpfxx::optional_fd_ref;
using bpfxx::owned_fd;
namespace kind = bpfxx::kind;

namespace {

using map_owner = owned_fd<kind::map>;
using program_owner = owned_fd<kind::program>;
using map_ref = fd_ref<kind::map>;

// Size and shape: a number, no more.
static_assert(sizeof(map_owner) == 4 && sizeof(map_ref) == 4 && sizeof(optional_fd_ref<kind::map>) == 4);
static_assert(sizeof(any_fd_ref<kind::map, kind::link>) == 4 && sizeof(optional_any_fd_ref<kind::map>) == 4);
template <class T>
constexpr bool is_a_number =
    std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T> && std::has_unique_object_representations_v<T>;
static_assert(is_a_number<map_ref> && is_a_number<optional_fd_ref<kind::map>>);
static_assert(is_a_number<any_fd_ref<kind::map, kind::link>> && is_a_number<optional_any_fd_ref<kind::map>>);

// Owners move and do not copy.
static_assert(std::is_nothrow_move_constructible_v<map_owner> && std::is_nothrow_move_assignable_v<map_owner>);
static_assert(!std::is_copy_constructible_v<map_owner> && !std::is_copy_assignable_v<map_owner>);
static_assert(!std::is_default_constructible_v<map_owner>);

// Nothing comes from an int or turns into one.
template <class T>
constexpr bool keeps_away_from_int =
    !std::is_constructible_v<T, int> && !std::is_constructible_v<T, long> && !std::is_constructible_v<T, unsigned> &&
    !std::is_constructible_v<T, bool> && !std::is_assignable_v<T&, int> && !std::is_convertible_v<T, int> &&
    !std::is_constructible_v<int, T>;
static_assert(keeps_away_from_int<map_owner> && keeps_away_from_int<map_ref>);
static_assert(keeps_away_from_int<optional_fd_ref<kind::map>> &&
              keeps_away_from_int<any_fd_ref<kind::map, kind::link>>);
static_assert(keeps_away_from_int<optional_any_fd_ref<kind::map>>);
static_assert(!std::is_convertible_v<map_owner, bool> && !std::is_convertible_v<optional_fd_ref<kind::map>, bool>);

// A reference is to something; an optional one may be to nothing.
static_assert(!std::is_default_constructible_v<map_ref> && !std::is_default_constructible_v<any_fd_ref<kind::map>>);
static_assert(std::is_default_constructible_v<optional_fd_ref<kind::map>>);
static_assert(std::is_default_constructible_v<optional_any_fd_ref<kind::map>>);

// Owners lend themselves while they have a name.
template <class Ref>
constexpr bool borrows_from_names =
    std::is_convertible_v<map_owner&, Ref> && std::is_convertible_v<map_owner const&, Ref> &&
    !std::is_constructible_v<Ref, map_owner> && !std::is_constructible_v<Ref, map_owner const>;
static_assert(borrows_from_names<map_ref> && borrows_from_names<optional_fd_ref<kind::map>>);
static_assert(borrows_from_names<any_fd_ref<kind::map, kind::link>>);
static_assert(borrows_from_names<optional_any_fd_ref<kind::map, kind::link>>);

// Kinds do not mix.
template <class Ref>
constexpr bool refuses_programs =
    !std::is_constructible_v<Ref, program_owner&> && !std::is_constructible_v<Ref, program_owner> &&
    !std::is_constructible_v<Ref, fd_ref<kind::program>> && !std::is_assignable_v<Ref&, fd_ref<kind::program>>;
static_assert(refuses_programs<map_ref> && refuses_programs<optional_fd_ref<kind::map>>);
static_assert(refuses_programs<any_fd_ref<kind::map, kind::link>>);
static_assert(refuses_programs<optional_any_fd_ref<kind::map, kind::link>>);
static_assert(!std::is_constructible_v<map_owner, program_owner> && !std::is_assignable_v<map_owner&, program_owner>);
static_assert(!std::is_constructible_v<map_ref, optional_fd_ref<kind::map>>, "it may be none");
static_assert(!std::equality_comparable_with<map_ref, fd_ref<kind::program>>);

static_assert(map_ref::from_raw(7).raw() == 7 && bpfxx::borrow_raw<kind::cgroup>(8).raw() == 8);
static_assert(map_ref::from_raw(7) == map_ref::from_raw(7) && map_ref::from_raw(7) != map_ref::from_raw(8));
static_assert(!optional_fd_ref<kind::map>{} && optional_fd_ref<kind::map>{}.raw() == 0);
static_assert(optional_fd_ref<kind::map>{map_ref::from_raw(7)} && optional_fd_ref{map_ref::from_raw(7)}.raw() == 7);
static_assert(optional_fd_ref<kind::map>{map_ref::from_raw(7)} != optional_fd_ref<kind::map>{});

int new_number() {
    int const number = open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(number > 0);
    return number;
}

map_owner new_owner() {
    auto owner = map_owner::adopt_raw(new_number());
    REQUIRE(owner);
    return *std::move(owner);
}

bool is_open(int number) {
    errno = 0;
    return fcntl(number, F_GETFD) != -1 || errno != EBADF;
}

bool is_close_on_exec(int number) { return (fcntl(number, F_GETFD) & FD_CLOEXEC) != 0; }

bool is_same_file(int a, int b) {
    struct stat first{};
    struct stat second{};
    return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/// No number above 0 is free: the limit stands at the first that would be.
class no_more_descriptors {
  public:
    no_more_descriptors() {
        int const first_free = fcntl(2, F_DUPFD_CLOEXEC, 1);
        close(first_free);
        getrlimit(RLIMIT_NOFILE, &before_);
        auto now = before_;
        now.rlim_cur = static_cast<rlim_t>(first_free);
        setrlimit(RLIMIT_NOFILE, &now);
    }
    ~no_more_descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

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

} // namespace

TEST_CASE("an owner closes in its destructor") {
    int const number = new_number();
    {
        auto const owner = map_owner::adopt_raw(number);
        REQUIRE(owner);
        CHECK(owner->raw() == number);
        CHECK(static_cast<bool>(*owner));
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("a moved-from owner owns nothing") {
    auto first = new_owner();
    int const number = first.raw();
    {
        map_owner const second{std::move(first)};
        CHECK(second.raw() == number);
        CHECK_FALSE(static_cast<bool>(first));
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("assignment closes what was there") {
    auto first = new_owner();
    auto second = new_owner();
    int const old_number = first.raw();
    int const new_one = second.raw();
    first = std::move(second);
    CHECK(first.raw() == new_one);
    CHECK_FALSE(static_cast<bool>(second));
    CHECK_FALSE(is_open(old_number));
    CHECK(is_open(new_one));
}

TEST_CASE("assignment to itself keeps what is there") {
    auto owner = new_owner();
    int const number = owner.raw();
    auto& itself = owner;
    owner = std::move(itself);
    CHECK(owner.raw() == number);
    CHECK(is_open(number));
}

TEST_CASE("a moved-from owner takes a new descriptor") {
    auto first = new_owner();
    auto second = std::move(first);
    first = new_owner();
    CHECK(is_open(first.raw()));
    CHECK(first.raw() != second.raw());
}

TEST_CASE("swap exchanges, release gives up without closing") {
    auto first = new_owner();
    auto second = new_owner();
    int const a = first.raw();
    int const b = second.raw();
    first.swap(second);
    CHECK(first.raw() == b);
    CHECK(second.raw() == a);
    int const released = std::move(first).release();
    CHECK(released == b);
    CHECK_FALSE(static_cast<bool>(first));
    {
        auto const gone = std::move(first);
    }
    CHECK(is_open(released));
    close(released);
}

TEST_CASE("a duplicate is another number for the same file, close-on-exec") {
    auto const owner = new_owner();
    auto const twin = owner.duplicate();
    REQUIRE(twin);
    static_assert(std::is_same_v<decltype(owner.duplicate()), bpfxx::result<map_owner>>);
    CHECK(twin->raw() != owner.raw());
    CHECK(twin->raw() > 0);
    CHECK(is_same_file(twin->raw(), owner.raw()));
    CHECK(is_close_on_exec(twin->raw()));
    CHECK(is_open(owner.raw()));
}

TEST_CASE("a duplicate is never 0") {
    auto const owner = new_owner();
    zero_is_free const free;
    auto const twin = owner.duplicate();
    REQUIRE(twin);
    CHECK(twin->raw() > 0);
}

TEST_CASE("no descriptor left for a duplicate") {
    auto const owner = new_owner();
    auto const twin = [&] {
        no_more_descriptors const none;
        return owner.duplicate();
    }();
    REQUIRE_FALSE(twin);
    CHECK(twin.error() == error{errc::emfile, command::duplicate_fd});
    CHECK(is_open(owner.raw()));
}

TEST_CASE("number 0 is replaced by a higher one and closed") {
    zero_is_free const free;
    int const zero = open("/dev/null", O_RDONLY);
    REQUIRE(zero == 0);
    auto const reference = new_owner();
    {
        auto const owner = map_owner::adopt_raw(zero);
        REQUIRE(owner);
        CHECK(owner->raw() > 0);
        CHECK(is_close_on_exec(owner->raw()));
        CHECK(is_same_file(owner->raw(), reference.raw()));
        CHECK_FALSE(is_open(0));
    }
    CHECK_FALSE(is_open(0));
}

TEST_CASE("number 0 is closed when there is no higher one") {
    zero_is_free const free;
    REQUIRE(open("/dev/null", O_RDONLY) == 0);
    auto const owner = [] {
        no_more_descriptors const none;
        return map_owner::from_kernel(0, command::map_create);
    }();
    REQUIRE_FALSE(owner);
    CHECK(owner.error() == error{errc::emfile, command::map_create});
    CHECK_FALSE(is_open(0));
}

TEST_CASE("what a failed open(2) returned is not adopted") {
    auto const owner = map_owner::adopt_raw(-1);
    REQUIRE_FALSE(owner);
    CHECK(owner.error() == error{errc::ebadf, command::duplicate_fd});
    CHECK(program_owner::adopt_raw(-9).error().code == errc::ebadf);
}

TEST_CASE("references carry the owner's number") {
    auto const owner = new_owner();
    int const number = owner.raw();
    map_ref const ref = owner;
    CHECK(ref.raw() == number);
    CHECK(owner.borrow() == ref);
    optional_fd_ref<kind::map> const optional = owner;
    CHECK(optional.raw() == number);
    CHECK(static_cast<bool>(optional));
    any_fd_ref<kind::program, kind::map> const any = owner;
    CHECK(any.raw() == number);
    CHECK(any_fd_ref<kind::program, kind::map>{ref}.raw() == number);
    optional_any_fd_ref<kind::program, kind::map> const optional_any = owner;
    CHECK(optional_any.raw() == number);
    CHECK(optional_any_fd_ref<kind::program, kind::map>{any}.raw() == number);
    CHECK(optional_any_fd_ref<kind::program, kind::map>{ref}.raw() == number);
    CHECK_FALSE(static_cast<bool>(optional_any_fd_ref<kind::map>{}));
    CHECK(is_open(number));
}

TEST_CASE("errno stays as it was") {
    errno = 4711;
    CHECK_FALSE(map_owner::adopt_raw(-1));
    {
        auto owner = map_owner::adopt_raw(1'000'000); // not open: closing and duplicating fail
        REQUIRE(owner);
        auto const twin = owner->duplicate();
        REQUIRE_FALSE(twin);
        CHECK(twin.error() == error{errc::ebadf, command::duplicate_fd});
    }
    CHECK(errno == 4711);
}
