// The processors that the kernel may bring up: its lists of them, right and wrong, and the file that they stand in.
#include <bpfxx/cpu.hpp>
#include <bpfxx/cpu_list.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
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
// While compiling, so that reading a number that is not there cannot pass for one.
static_assert(!detail::cpu_list::parse("-3\n") && !detail::cpu_list::parse("3-\n") && !detail::cpu_list::parse(",3\n"));

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

/// What `read` makes of the file that stands in the place of the kernel's, in a mount namespace of a thread's own; nothing
/// where one cannot be made.
std::optional<result<possible_cpus>> read_instead(char const* name,
                                                  char const* of = "/sys/devices/system/cpu/possible") {
    std::optional<result<possible_cpus>> answer;
    std::thread{[&] {
        if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
        if (mount(name, of, nullptr, MS_BIND, nullptr) == 0) answer.emplace(possible_cpus::read());
    }}.join();
    return answer;
}

/// The same of a text.
std::optional<result<possible_cpus>> read_from(std::string const& text) {
    char name[] = "/tmp/bpfxx_cpus_XXXXXX";
    if (!make_file(name)) return std::nullopt;
    std::ofstream{name} << text;
    auto answer = read_instead(name);
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
    char name[] = "/tmp/bpfxx_cpus_XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    auto const answer = read_instead(name, "/sys/devices/system/cpu");
    std::remove(name);
    if (!answer) return support::skip("a mount namespace cannot be made here");
    CHECK(answer->error() == error{errc::enoent, command::open_file});
}

TEST_CASE("a file that cannot be read says so") {
    auto const answer = read_instead("/proc/self/mem"); // opens, and has nothing at its start
    if (!answer) return support::skip("a mount namespace cannot be made here");
    CHECK(answer->error() == error{errc::eio, command::read_file});
}

/// Whether the reader of a pipe would lose it in exec(2).
bool reader_is_closed_on_exec(int end) {
    struct stat pipe{};
    fstat(end, &pipe);
    for (int each = 0; each != 256; ++each) {
        struct stat found{};
        if (each == end || fstat(each, &found) != 0 || found.st_ino != pipe.st_ino) continue;
        return (fcntl(each, F_GETFD) & FD_CLOEXEC) != 0;
    }
    return false;
}

/// What `read` makes of a text that comes in pieces: each is written once the one before it was read.
std::optional<result<possible_cpus>> read_pieces(std::vector<std::string> const& pieces) {
    char name[] = "/tmp/bpfxx_cpus_XXXXXX";
    if (mkdtemp(name) == nullptr) return std::nullopt;
    auto const pipe = std::string{name} + "/pipe";
    if (mkfifo(pipe.c_str(), 0600) != 0) return std::nullopt;
    int const end = open(pipe.c_str(), O_RDWR | O_CLOEXEC);
    bool closed_on_exec = false;
    std::thread writer{[&] {
        for (auto const& piece : pieces) {
            int left = 1;
            for (int tries = 0; left != 0 && tries != 5000; ++tries) {
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
                ioctl(end, FIONREAD, &left);
            }
            if (left != 0) break; // nobody reads
            closed_on_exec = reader_is_closed_on_exec(end);
            if (write(end, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) break;
        }
        close(end);
    }};
    auto answer = read_instead(pipe.c_str());
    writer.join();
    std::remove(pipe.c_str());
    std::remove(name);
    if (answer) CHECK(closed_on_exec);
    return answer;
}

TEST_CASE("a list that comes in pieces is read to its end") {
    auto const answer = read_pieces({"0-", "3,8", "-1", "1\n"});
    if (!answer) return support::skip("a mount namespace cannot be made here");
    REQUIRE(*answer);
    CHECK(numbers(**answer) == std::vector<std::uint32_t>{0, 1, 2, 3, 8, 9, 10, 11});
}

TEST_CASE("hostile: a piece that is longer than the room left is not read beyond it") {
    auto const answer = read_pieces({"0-3,", std::string(5000, '0') + "8\n"});
    if (!answer) return support::skip("a mount namespace cannot be made here");
    CHECK(answer->error() == error{errc::malformed_answer, command::read_file});
}

/// The same list read in another way: split at commas, every number by itself; nothing where it is none.
std::optional<std::set<std::uint32_t>> read_slowly(std::string const& text) {
    std::set<std::uint32_t> all;
    if (text.empty() || text.back() != '\n') return std::nullopt;
    std::istringstream parts{text.substr(0, text.size() - 1) + ","};
    auto const number = [](std::string const& digits) -> std::optional<std::uint32_t> {
        if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
        auto const significant = digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
        if (significant.size() > 4 || std::stoul(significant) >= 8192) return std::nullopt;
        return static_cast<std::uint32_t>(std::stoul(significant));
    };
    for (std::string part; std::getline(parts, part, ',');) {
        auto const dash = part.find('-');
        auto const first = number(part.substr(0, dash));
        auto const last = dash == std::string::npos ? first : number(part.substr(dash + 1));
        if (!first || !last || *last < *first || (!all.empty() && *first <= *all.rbegin())) return std::nullopt;
        for (auto each = *first; each <= *last; ++each) all.insert(each);
    }
    return all;
}

TEST_CASE("hostile: lists cut and changed at random are read, or refused, as a slow reader does") {
    std::mt19937 engine{11};
    auto const random = [&] { return static_cast<std::uint32_t>(engine()); };
    std::string_view const letters = "0123456789,-\n x+";
    int lists = 0;
    for (int round = 0; round != 40'000; ++round) {
        std::string text;
        for (std::uint32_t from = random() % 70, part = random() % 5 + 1; part != 0; --part) {
            auto const to = from + random() % 66;
            text +=
                (text.empty() ? "" : ",") + std::to_string(from) + (random() % 3 == 0 ? "" : "-" + std::to_string(to));
            from = to + random() % 3;
        }
        text += '\n';
        for (auto changes = random() % 4; changes != 0 && !text.empty(); --changes) {
            auto const at = random() % text.size();
            switch (random() % 4) {
            case 0: text[at] = letters[random() % letters.size()]; break;
            case 1: text.erase(at, random() % 3); break;
            case 2: text.insert(at, 1, letters[random() % letters.size()]); break;
            default: text.resize(at); break;
            }
        }
        // On the heap and of its exact size, so that a sanitizer sees a read beyond it.
        std::vector<char> const exact(text.begin(), text.end());
        auto const read = detail::cpu_list::parse({exact.data(), exact.size()});
        auto const slowly = read_slowly(text);
        REQUIRE_MESSAGE(read.has_value() == slowly.has_value(), text);
        if (!read) continue;
        ++lists;
        bool same = read->count() == slowly->size();
        std::uint32_t index = 0;
        for (auto const each : *slowly) {
            same = same && read->at(index) == each && read->below(each) == index && read->contains(each);
            ++index;
        }
        for (std::uint32_t each = 0; each != 600; ++each) same = same && read->contains(each) == slowly->contains(each);
        REQUIRE_MESSAGE(same, text);
        REQUIRE(read->at(index) == 8192);
        REQUIRE(read->below(8192) == index);
    }
    CHECK(lists > 5'000);
}

} // namespace
