#include <bpfxx/error.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

using bpfxx::command;
using bpfxx::describe;
using bpfxx::errc;
using bpfxx::error;

static_assert(sizeof(error) == 8 && alignof(error) == 4);
static_assert(std::is_trivially_copyable_v<error> && std::is_standard_layout_v<error> && std::is_aggregate_v<error>);
static_assert(error{errc::eperm, command::map_create} == error{errc::eperm, command::map_create});
static_assert(error{errc::eperm, command::map_create} != error{errc::enoent, command::map_create});
static_assert(error{errc::eperm, command::map_create} != error{errc::eperm, command::prog_load});
static_assert(describe(error{errc::eperm, command::map_create}).view() ==
              "BPF_MAP_CREATE: EPERM (operation not permitted)");

namespace {

struct row {
    error failure;
    std::string_view text;
};

constexpr row rows[] = {
    {{errc::enoent, command::map_lookup_elem}, "BPF_MAP_LOOKUP_ELEM: ENOENT (no such file or directory)"},
    {{errc::enotsupp, command::prog_test_run},
     "BPF_PROG_TEST_RUN: ENOTSUPP (operation not supported by this kind of object)"},
    {{errc::emfile, command::duplicate_fd}, "fcntl(F_DUPFD_CLOEXEC): EMFILE (too many open files)"},
    {{errc::key_size_differs, command::obj_get_info_by_fd},
     "BPF_OBJ_GET_INFO_BY_FD: key_size_differs (the map has another key size than the C++ key type)"},
    {{errc{4095}, command::map_create}, "BPF_MAP_CREATE: unknown error 4095 (no name is known for this number)"},
    {{errc{0}, command::map_create}, "BPF_MAP_CREATE: unknown error 0 (no name is known for this number)"},
    {{errc{-7}, command::map_create}, "BPF_MAP_CREATE: unknown error -7 (no name is known for this number)"},
    {{errc{std::numeric_limits<std::int32_t>::min()}, command::map_create},
     "BPF_MAP_CREATE: unknown error -2147483648 (no name is known for this number)"},
    {{errc{std::numeric_limits<std::int32_t>::max()}, command::map_create},
     "BPF_MAP_CREATE: unknown error 2147483647 (no name is known for this number)"},
    {{errc::eperm, command{1000}}, "unknown command: EPERM (operation not permitted)"},
    {{errc{600}, command{1000}}, "unknown command: unknown error 600 (no name is known for this number)"},
};

} // namespace

TEST_CASE("an error describes itself by command, errno and words") {
    for (auto const& [failure, text] : rows) {
        auto const description = describe(failure);
        CHECK(description.view() == text);
        CHECK(std::string_view{description} == text);
        CHECK(std::strcmp(description.c_str(), text.data()) == 0);
    }
}

TEST_CASE("no description is cut, whatever the command and the errno") {
    for (std::uint32_t number = 0; number <= bpfxx::command_count; ++number) {
        for (auto const& row : bpfxx::detail::errc_rows) {
            auto const during = number == bpfxx::command_count ? command::duplicate_fd : command{number};
            auto const description = describe({row.code, during});
            CAPTURE(description.view());
            std::size_t const expected = name(during).size() + row.name.size() + row.text.size() + std::strlen(":  ()");
            CHECK(description.view().size() == expected);
            CHECK(description.view().ends_with(")"));
        }
    }
}
