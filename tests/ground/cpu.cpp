// The processors that the kernel may bring up: its lists of them, right and wrong, and the file that they stand in.
#include <bpfxx/cpu.hpp>
#include <bpfxx/cpu_list.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace bpfxx;

constexpr possible_cpus listed(std::string_view text) {
    return detail::pretend_possible(detail::cpu_list::parse(text).value());
}

std::vector<std::uint32_t> numbers(possible_cpus const& cpus) {
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i != cpus.count(); ++i) all.push_back(static_cast<std::uint32_t>(cpus.number(i)));
    return all;
}

static_assert(listed("0-3,8-11\n").count() == 8);
static_assert(listed("0-3,8-11\n").number(4) == cpu_number{8});

TEST_CASE("lists with gaps: the i-th value belongs to the i-th possible processor") {
    CHECK(numbers(listed("0\n")) == std::vector<std::uint32_t>{0});
    CHECK(numbers(listed("0-3,8-11\n")) == std::vector<std::uint32_t>{0, 1, 2, 3, 8, 9, 10, 11});
    CHECK(numbers(listed("1,3,63-65,8191\n")) == std::vector<std::uint32_t>{1, 3, 63, 64, 65, 8191});
    CHECK(listed("0-8191\n").count() == 8192);
    CHECK(listed("0-8191\n").number(8191) == cpu_number{8191});
}

TEST_CASE("where a processor's value stands, if it has one") {
    for (auto const& cpus : {listed("0-3,8-11\n"), listed("1,3,63-65,127,128,8191\n"), listed("0-8191\n")}) {
        for (std::uint32_t i = 0; i != cpus.count(); ++i) CHECK(cpus.index(cpus.number(i)) == i);
        CHECK_FALSE(cpus.index(cpu_number{8192}));
        CHECK_FALSE(cpus.index(cpu_number{0xffff'ffff}));
    }
    CHECK_FALSE(listed("0-3,8-11\n").index(cpu_number{4}));
    CHECK_FALSE(listed("0-3,8-11\n").index(cpu_number{7}));
    CHECK_FALSE(listed("0-3,8-11\n").index(cpu_number{12}));
}

TEST_CASE("what is no list of processors is not taken for one") {
    for (std::string_view const text : {"",
                                        "\n",
                                        "0",
                                        "0-3",
                                        "0-3,",
                                        "0-3,\n",
                                        ",0\n",
                                        "-\n",
                                        "-3\n",
                                        "0-\n",
                                        "3-0\n",
                                        "0-3,3\n",
                                        "0-3,2-5\n",
                                        "5,1\n",
                                        "0,0\n",
                                        "0--3\n",
                                        "0 -3\n",
                                        " 0\n",
                                        "0\n\n",
                                        "0\n1\n",
                                        "0x1\n",
                                        "+1\n",
                                        "8192\n",
                                        "0-8192\n",
                                        "4294967296\n",
                                        "18446744073709551616\n",
                                        "0-3;8\n",
                                        "0-31:2/4\n",
                                        "all\n",
                                        "0-3,8-1a\n"})
        CHECK_MESSAGE(!detail::cpu_list::parse(text), "taken for a list: ", std::string{text});
    using namespace std::string_view_literals;
    CHECK_FALSE(detail::cpu_list::parse("0\0\n"sv));
    CHECK_FALSE(detail::cpu_list::parse("0-\0003\n"sv));
    // Every beginning of a list that was cut short, since it names fewer than there are.
    std::string const whole = "0-3,8-11,17\n";
    for (std::size_t length = 0; length != whole.size(); ++length)
        CHECK_FALSE(detail::cpu_list::parse(std::string_view{whole}.substr(0, length)));
}

TEST_CASE("the running kernel's own list") {
    auto const cpus = possible_cpus::read();
    if (!cpus && cpus.error().code == errc::enoent) return support::skip("there is no sysfs here");
    REQUIRE(cpus);
    CHECK(cpus->count() >= 1);
    CHECK(cpus->count() >= static_cast<std::uint32_t>(sysconf(_SC_NPROCESSORS_CONF)));
    CHECK(cpus->index(cpu_number{static_cast<std::uint32_t>(sched_getcpu())}));
}

bool make_file(char* name) {
    int const file = mkstemp(name);
    if (file >= 0) close(file);
    return file >= 0;
}

/// What `read` makes of a file with this text in the place of the kernel's, in a mount namespace of a thread's own;
/// nothing where one cannot be made.
std::optional<result<possible_cpus>> read_from(std::string const& text, bool as_directory = false) {
    char name[] = "/tmp/bpfxx_cpus_XXXXXX";
    if (as_directory ? mkdtemp(name) == nullptr : !make_file(name)) return std::nullopt;
    if (!as_directory) std::ofstream{name} << text;
    std::optional<result<possible_cpus>> answer;
    std::thread{[&] {
        char const* const file = as_directory ? "/sys/devices/system/cpu" : "/sys/devices/system/cpu/possible";
        if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
        if (mount(name, file, nullptr, MS_BIND, nullptr) == 0) answer.emplace(possible_cpus::read());
    }}.join();
    std::remove(name);
    return answer;
}

TEST_CASE("fault 4: more possible processors than online, and numbers with gaps") {
    auto const answer = read_from("0-3,8-11,512-1023\n");
    if (!answer) return support::skip("a mount namespace cannot be made here");
    REQUIRE(*answer);
    CHECK((*answer)->count() == 520);
    CHECK((*answer)->number(4) == cpu_number{8});
    CHECK((*answer)->number(519) == cpu_number{1023});
}

TEST_CASE("a file that says something else is a malformed answer, never a small number") {
    std::string long_list = "0";
    for (int i = 2; i < 4000; i += 2) long_list += "," + std::to_string(i); // longer than a page, so it may be cut
    std::string const page_full = std::string(4095, '0') + "\n";
    for (auto const& text : {std::string{}, std::string{"0-3"}, std::string{"none\n"}, std::string{"3-1\n"},
                             std::string{"0-9999\n"}, long_list + "\n", page_full}) {
        auto const answer = read_from(text);
        if (!answer) return support::skip("a mount namespace cannot be made here");
        CHECK(answer->error() == error{errc::malformed_answer, command::read_file});
    }
    CHECK((*read_from(std::string(4093, '0') + "7\n"))->number(0) == cpu_number{7});
}

TEST_CASE("no file at all says so") {
    auto const answer = read_from("", true);
    if (!answer) return support::skip("a mount namespace cannot be made here");
    CHECK(answer->error() == error{errc::enoent, command::open_file});
}

} // namespace
