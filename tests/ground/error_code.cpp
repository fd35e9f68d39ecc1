#include <bpfxx/error_code.hpp>
#include <bpfxx/result.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <type_traits>

using bpfxx::command;
using bpfxx::errc;
using bpfxx::error;

namespace {

constexpr error denied{errc::eperm, command::map_create};

static_assert(std::is_convertible_v<error, std::error_code> && std::is_nothrow_constructible_v<std::error_code, error>);
static_assert(!std::is_convertible_v<errc, std::error_code>, "a number without a command is a condition");
static_assert(std::is_convertible_v<errc, std::error_condition>);
static_assert(std::is_error_code_enum_v<error> && std::is_error_condition_enum_v<errc> &&
              !std::is_error_code_enum_v<errc>);

/// Numbers of libc that the C++ library has a name for, two of them.
struct row {
    errc code;
    std::errc standard;
};
constexpr row rows[] = {
    {errc::eperm, std::errc::operation_not_permitted},
    {errc::enoent, std::errc::no_such_file_or_directory},
    {errc::eexist, std::errc::file_exists},
    {errc::e2big, std::errc::argument_list_too_long},
    {errc::enospc, std::errc::no_space_on_device},
    {errc::enomem, std::errc::not_enough_memory},
    {errc::eopnotsupp, std::errc::operation_not_supported},
    {errc::einval, std::errc::invalid_argument},
    {errc::eagain, std::errc::resource_unavailable_try_again},
    {errc::etimedout, std::errc::timed_out},
};

} // namespace

TEST_CASE("a code has the errno as its value, and its message names command and errno") {
    std::error_code const code = denied;
    CHECK(code.value() == EPERM);
    CHECK(static_cast<bool>(code));
    CHECK(code.message() == "BPF_MAP_CREATE: EPERM (operation not permitted)");
    CHECK(code == make_error_code(denied));
    CHECK(std::string{code.category().name()} == "bpfxx");
    std::ostringstream printed;
    printed << code;
    CHECK(printed.str() == "bpfxx:1");
    CHECK(make_error_code(error{errc{4095}, command::prog_load}).message() ==
          "BPF_PROG_LOAD: unknown error 4095 (no name is known for this number)");
}

TEST_CASE("codes of one errno and two commands are two codes") {
    CHECK(make_error_code(denied) != make_error_code(error{errc::eperm, command::prog_load}));
    CHECK(make_error_code(denied) != make_error_code(error{errc::enoent, command::map_create}));
    CHECK(make_error_code(denied) != std::error_code{EPERM, std::generic_category()});
}

TEST_CASE("what libc knows equals the std::errc of that number") {
    for (auto const& [code, standard] : rows) {
        for (auto const during : {command::map_create, command::prog_load, command::duplicate_fd, command{1000}}) {
            std::error_code const made = error{code, during};
            CAPTURE(made.message());
            CHECK(made == standard);
            CHECK(made == code);
            CHECK(made == std::error_condition{static_cast<int>(code), std::generic_category()});
            CHECK(made.default_error_condition().category() == std::generic_category());
            CHECK(made != errc::enotsupp);
        }
    }
    CHECK(make_error_code(denied) != std::errc::no_such_file_or_directory);
}

TEST_CASE("every number of libc, and only those, is of the generic category") {
    for (std::int32_t number = -2; number <= 4096; ++number) {
        CAPTURE(number);
        std::error_code const code = error{errc{number}, command::map_create};
        bool const of_libc = number >= 1 && number <= 133 && name(errc{number}) != "unknown error";
        CHECK((code.default_error_condition().category() == std::generic_category()) == of_libc);
        CHECK(code == errc{number});
        CHECK(code.value() == number);
    }
}

TEST_CASE("what libc has no name for equals its errc and no std::errc") {
    for (auto const code : {errc::enotsupp, errc::map_type_differs, errc::malformed_answer, errc{4095}}) {
        std::error_code const made = error{code, command::prog_test_run};
        CHECK(made == code);
        CHECK(made.default_error_condition().category() == bpfxx::errc_category());
        CHECK(made != std::errc::operation_not_supported);
        CHECK(made != errc::eopnotsupp);
    }
    std::error_condition const condition = errc::enotsupp;
    CHECK(condition.message() == "ENOTSUPP (operation not supported by this kind of object)");
    CHECK(std::string{condition.category().name()} == "bpfxx");
    CHECK(make_error_condition(errc{4095}).message() == "unknown error 4095 (no name is known for this number)");
}

TEST_CASE("a system call's own code compares with bpfxx::errc as well") {
    CHECK(std::error_code{ENOENT, std::system_category()} == errc::enoent);
    CHECK(std::error_code{ENOENT, std::generic_category()} == errc::enoent);
    CHECK(std::error_code{ENOENT, std::system_category()} != errc::eperm);
}

TEST_CASE("each command has a category of its own, and the failure comes back") {
    std::set<std::error_category const*> categories;
    auto comes_back = [&](command during) {
        error const failure{errc::enoent, during};
        auto const code = make_error_code(failure);
        CAPTURE(code.message());
        CHECK(bpfxx::failure_of(code) == failure);
        CHECK(&code.category() == &bpfxx::category_of(during));
        CHECK(categories.insert(&code.category()).second);
    };
    for (std::uint32_t number = 0; number != bpfxx::command_count; ++number) comes_back(command{number});
    for (std::uint32_t number = 0xffff'0000; number != 0;
         ++number) // the system calls beside bpf(2), all that have names
        if (name(command{number}) != "unknown command") comes_back(command{number});
    CHECK(categories.size() >= bpfxx::command_count + 4);
}

TEST_CASE("a command without a name shares a category with its like") {
    auto const code = make_error_code(error{errc::enoent, command{1000}});
    CHECK(code.message() == "unknown command: ENOENT (no such file or directory)");
    CHECK(code == make_error_code(error{errc::enoent, command{2000}}));
    REQUIRE(bpfxx::failure_of(code).has_value());
    CHECK(bpfxx::failure_of(code)->code == errc::enoent);
    CHECK(name(bpfxx::failure_of(code)->during) == "unknown command");
}

TEST_CASE("a code that bpfxx did not make is no failure of bpfxx") {
    CHECK_FALSE(bpfxx::failure_of(std::error_code{}).has_value());
    CHECK_FALSE(bpfxx::failure_of(std::error_code{EPERM, std::generic_category()}).has_value());
    CHECK_FALSE(bpfxx::failure_of(std::error_code{EPERM, std::system_category()}).has_value());
}

TEST_CASE("a result's failure goes into a std::error_code and a std::system_error") {
    bpfxx::result<int> const failed{denied};
    std::error_code const code = failed.error();
    CHECK(code == std::errc::operation_not_permitted);
    CHECK_THROWS_WITH_AS(throw std::system_error{failed.error()}, "BPF_MAP_CREATE: EPERM (operation not permitted)",
                         std::system_error);
    CHECK(failed.error() == std::errc::operation_not_permitted);
}
