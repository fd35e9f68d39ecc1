// Reading the kernel's lists of functions: lines, names and room for them.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/kernel_functions.hpp>
#include <bpfxx/object/lazy_room.hpp>
#include <bpfxx/object/text_lines.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

owned_fd<kind::file> file_with(std::string const& text) {
    auto made = owned_fd<kind::file>::adopt_raw(memfd_create("lines", MFD_CLOEXEC)).value();
    REQUIRE(::write(made.raw(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    REQUIRE(::lseek(made.raw(), 0, SEEK_SET) == 0);
    return made;
}

std::vector<std::string> lines_of(std::string const& text) {
    auto const file = file_with(text);
    std::vector<std::string> lines;
    REQUIRE(object::for_each_line(file.borrow(), [&](std::string_view line) {
        lines.emplace_back(line);
        return true;
    }));
    return lines;
}

TEST_CASE("object: every line of a file, wherever reading cuts it") {
    std::string text;
    for (std::size_t i = 0; i != 3000; ++i) text += std::string(i * 7919 % 97, static_cast<char>('a' + i % 26)) + "\n";
    std::vector<std::string> expected;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) expected.push_back(line);
    CHECK(lines_of(text) == expected);
    CHECK(lines_of(text + "last") == [&] {
        auto more = expected;
        more.emplace_back("last");
        return more;
    }());
    CHECK(lines_of("").empty());
    CHECK(lines_of("\n") == std::vector<std::string>{""});
    CHECK(lines_of("a\n\nb") == std::vector<std::string>{"a", "", "b"});
}

TEST_CASE("object: a line that is too long is shown in parts") {
    std::string const before(16'000, 'b');
    for (std::size_t const size : {4095u, 4096u, 4097u, 20'000u, 40'000u}) {
        CAPTURE(size);
        std::string joined;
        for (auto const& part : lines_of(std::string(size, 'x') + "\n" + before + "\n")) joined += part;
        CHECK(joined == std::string(size, 'x') + before);
    }
}

TEST_CASE("object: reading ends when it was enough") {
    auto const file = file_with("one\ntwo\nthree\n");
    std::string seen;
    REQUIRE(object::for_each_line(file.borrow(), [&](std::string_view line) {
        seen += line;
        return line != "two";
    }));
    CHECK(seen == "onetwo");
    auto const nowhere = fd_ref<kind::file>::from_raw(-1);
    CHECK(object::for_each_line(nowhere, [](std::string_view) { return true; }).error() ==
          error{errc::ebadf, command::read_file});
}

TEST_CASE("object: names are found among many") {
    auto names = object::detail::function_names::make().value();
    for (int i = 0; i != 5000; ++i) REQUIRE(names.push("f" + std::to_string(i * 7919 % 5000)));
    REQUIRE(names.push("g"));
    names.sort();
    for (int i = 0; i != 5000; ++i) CHECK(names.has("f" + std::to_string(i)));
    CHECK(names.has("g"));
    for (auto const* other : {"", "f", "f5000", "f00", "e", "h", "gg"}) CHECK_FALSE(names.has(other));
}

TEST_CASE("object: functions in a list with addresses") {
    auto const file = file_with("ffffffff81000010 first\nffffffff81000020 second [module]\n0 third\n"
                                "ffffffff81000030 __ftrace_invalid_address___16\nffffffff81000040 fourth\n");
    auto addresses = object::lazy_room<std::uint64_t>::make(10).value();
    REQUIRE(object::detail::add_listed(file.borrow(), "*", addresses));
    auto const found = addresses.filled();
    CHECK(std::vector(found.begin(), found.end()) ==
          std::vector<std::uint64_t>{0xffff'ffff'8100'0010, 0xffff'ffff'8100'0020, 0xffff'ffff'8100'0040});
    ::lseek(file.raw(), 0, SEEK_SET);
    auto few = object::lazy_room<std::uint64_t>::make(2).value();
    CHECK(object::detail::add_listed(file.borrow(), "*", few).error() ==
          error{errc::too_many_matches, command::search});
    ::lseek(file.raw(), 0, SEEK_SET);
    auto one = object::lazy_room<std::uint64_t>::make(2).value();
    REQUIRE(object::detail::add_listed(file.borrow(), "s?cond", one));
    REQUIRE(one.size() == 1);
    CHECK(one.filled()[0] == 0xffff'ffff'8100'0020);
}

TEST_CASE("object: room is moved, and full at its end") {
    auto room = object::lazy_room<int>::make(3).value();
    CHECK(room.filled().empty());
    for (int i = 0; i != 3; ++i) CHECK(room.push(i));
    CHECK_FALSE(room.push(3));
    auto moved = std::move(room);
    CHECK(moved.size() == 3);
    CHECK(moved.filled()[2] == 2);
    CHECK(moved.room().size() == 3);
    room = std::move(moved);
    CHECK(room.filled()[1] == 1);
    CHECK(object::lazy_room<std::uint64_t>::make(std::size_t{1} << 59).error() ==
          error{errc::enomem, command::map_memory});
}

} // namespace
