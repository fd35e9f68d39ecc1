#include <bpfxx/errc.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <set>
#include <string_view>

using bpfxx::errc;

namespace {

/// The numbers of <errno.h> on most machines; 41 and 58 name nothing of their own.
constexpr std::int32_t last_of_libc = 133;

// What include/linux/errno.h keeps from user space, and what leaks all the same.
struct leak {
    errc code;
    std::int32_t number;
    std::string_view kernel_name;
};
constexpr leak leaks[] = {
    {errc::erestartsys, 512, "ERESTARTSYS"},
    {errc::erestartnointr, 513, "ERESTARTNOINTR"},
    {errc::erestartnohand, 514, "ERESTARTNOHAND"},
    {errc::enoioctlcmd, 515, "ENOIOCTLCMD"},
    {errc::erestart_restartblock, 516, "ERESTART_RESTARTBLOCK"},
    {errc::eprobe_defer, 517, "EPROBE_DEFER"},
    {errc::eopenstale, 518, "EOPENSTALE"},
    {errc::enoparam, 519, "ENOPARAM"},
    {errc::ebadhandle, 521, "EBADHANDLE"},
    {errc::enotsync, 522, "ENOTSYNC"},
    {errc::ebadcookie, 523, "EBADCOOKIE"},
    {errc::enotsupp, 524, "ENOTSUPP"},
    {errc::etoosmall, 525, "ETOOSMALL"},
    {errc::eserverfault, 526, "ESERVERFAULT"},
    {errc::ebadtype, 527, "EBADTYPE"},
    {errc::ejukebox, 528, "EJUKEBOX"},
    {errc::eiocbqueued, 529, "EIOCBQUEUED"},
    {errc::erecallconflict, 530, "ERECALLCONFLICT"},
    {errc::enograce, 531, "ENOGRACE"},
};

static_assert(name(errc::enotsupp) == "ENOTSUPP" && name(errc::eopnotsupp) == "EOPNOTSUPP");
static_assert(errc::enotsupp != errc::eopnotsupp);

} // namespace

#ifdef __GLIBC__

TEST_CASE("every errno of libc is known by libc's name") {
    int known = 0;
    for (std::int32_t number = 1; number <= last_of_libc; ++number) {
        CAPTURE(number);
        char const* const libc = strerrorname_np(number);
        CHECK(name(errc{number}) == (libc != nullptr ? std::string_view{libc} : "unknown error"));
        known += libc != nullptr ? 1 : 0;
    }
    CHECK(known == 131);
    CHECK(strerrorname_np(last_of_libc + 1) == nullptr); // libc has no more to compare with
}

#endif

TEST_CASE("numbers that leak from inside the kernel have the kernel's names") {
    for (auto const& [code, number, kernel_name] : leaks) {
        CHECK(static_cast<std::int32_t>(code) == number);
        CHECK(name(errc{number}) == kernel_name);
    }
}

TEST_CASE("no code, no name and no text stands there twice, and none is empty") {
    std::set<errc> codes;
    std::set<std::string_view> names;
    std::set<std::string_view> texts;
    for (auto const& row : bpfxx::detail::errc_rows) {
        CAPTURE(row.name);
        CHECK(codes.insert(row.code).second);
        CHECK(names.insert(row.name).second);
        CHECK(texts.insert(row.text).second);
        CHECK_FALSE(row.name.empty());
        CHECK_FALSE(row.text.empty());
        CHECK(name(row.code) == row.name);
        CHECK(text(row.code) == row.text);
    }
    // The kernel's answers end at 4095; what bpfxx found by itself starts above 0x1'0000.
    CHECK(std::distance(codes.begin(), codes.upper_bound(errc{4095})) == 131 + std::size(leaks));
    CHECK(codes.upper_bound(errc{4095}) == codes.upper_bound(errc{0x1'0000}));
    CHECK(*codes.upper_bound(errc{0x1'0000}) == errc::map_type_differs);
    CHECK(codes.contains(errc::malformed_answer));
}

TEST_CASE("a number without a name is held, and says so") {
    for (std::int32_t const number :
         {0, 41, 58, 134, 511, 520, 532, 4095, 4096, -1, std::numeric_limits<std::int32_t>::min(),
          std::numeric_limits<std::int32_t>::max()}) {
        CAPTURE(number);
        CHECK(name(errc{number}) == "unknown error");
        CHECK(text(errc{number}) == "no name is known for this number");
        CHECK(static_cast<std::int32_t>(errc{number}) == number);
    }
}
