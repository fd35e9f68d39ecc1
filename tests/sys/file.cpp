// Small files read whole, as numbers and as bytes, and what goes wrong with each.
#include <bpfxx/sys/file.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

class temporary_file {
  public:
    explicit temporary_file(std::string_view text) {
        int const file = ::mkstemp(path_);
        REQUIRE(file >= 0);
        REQUIRE(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(file);
    }
    temporary_file(temporary_file const&) = delete;
    ~temporary_file() { ::unlink(path_); }

    [[nodiscard]] char const* path() const { return path_; }

  private:
    char path_[32] = "/tmp/bpfxx_file_XXXXXX";
};

std::string_view text_of(sys::file_bytes const& bytes) {
    return {reinterpret_cast<char const*>(bytes.view().data()), bytes.view().size()};
}

TEST_CASE("a file is read whole or not at all") {
    temporary_file const file{"hello"};
    char six[6], five[5];
    CHECK(sys::read_file(file.path(), six).value() == "hello");
    CHECK(sys::read_file(file.path(), five).error() == error{errc::buffer_too_small, command::read_file});
    CHECK(sys::read_file("/no/such/file", six).error() == error{errc::enoent, command::open_file});
    CHECK(sys::read_file("/", six).error() == error{errc::eisdir, command::read_file});
}

TEST_CASE("numbers at the start of a file") {
    CHECK(sys::read_number(temporary_file{"17\n"}.path()).value() == 17);
    CHECK(sys::read_number(temporary_file{"18446744073709551615"}.path()).value() == ~std::uint64_t{});
    for (auto const* const wrong : {"", "x", "-1", "18446744073709551616"})
        CHECK(sys::read_number(temporary_file{wrong}.path()).error() ==
              error{errc::malformed_file, command::read_file});
    CHECK(sys::read_number("/proc/self/maps").error().during == command::read_file);
}

TEST_CASE("writing goes whole or is an error") {
    temporary_file const file{"0123456789"};
    {
        auto const open = sys::open_file(file.path(), O_WRONLY).value();
        CHECK(sys::write_once(open.borrow(), "abc"));
    }
    char buffer[16];
    CHECK(sys::read_file(file.path(), buffer).value() == "abc3456789");
    auto const reading = sys::open_file(file.path()).value();
    CHECK(sys::write_once(reading.borrow(), "x").error() == error{errc::ebadf, command::write_file});
    auto const full = sys::open_file("/dev/full", O_WRONLY).value();
    CHECK(sys::write_once(full.borrow(), "x").error() == error{errc::enospc, command::write_file});
}

TEST_CASE("what is written in part is an error") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    std::string const more_than_fits(1 << 20, 'x');
    CHECK(sys::write_once(borrow_raw<kind::file>(ends[1]), more_than_fits).error() ==
          error{errc::enospc, command::write_file});
    CHECK(sys::write_once(borrow_raw<kind::file>(ends[1]), "x").error() == error{errc::eagain, command::write_file});
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("the bytes of a file, mapped") {
    std::string const text(10'000, 'x');
    temporary_file const file{text};
    auto bytes = sys::file_bytes::open(file.path()).value();
    CHECK(text_of(bytes) == text);
    auto const moved = std::move(bytes);
    CHECK(bytes.view().empty());
    CHECK(text_of(moved) == text);
    auto other = sys::file_bytes::open("/proc/self/exe").value();
    other = sys::file_bytes::open(file.path()).value();
    CHECK(other.view().size() == text.size());
}

TEST_CASE("files without bytes or of another kind") {
    CHECK(sys::file_bytes::open(temporary_file{""}.path()).error() == error{errc::malformed_file, command::open_file});
    CHECK(sys::file_bytes::open("/no/such/file").error() == error{errc::enoent, command::open_file});
    CHECK_FALSE(sys::file_bytes::open("/"));
    CHECK(sys::file_bytes::open("/dev/null").error() == error{errc::malformed_file, command::open_file});
}

TEST_CASE("the kernel's own types are mapped or read") {
    std::ifstream plain{"/sys/kernel/btf/vmlinux", std::ios::binary};
    if (!plain) return support::skip("this kernel has no BTF of its own");
    std::string const expected{std::istreambuf_iterator<char>{plain}, {}};
    CHECK(text_of(sys::file_bytes::open("/sys/kernel/btf/vmlinux").value()) == expected);
    // A file of the kernel's that has a size but cannot be mapped is read: this one gives less than its size.
    CHECK(sys::file_bytes::open("/sys/kernel/mm/transparent_hugepage/enabled").error() ==
          error{errc::malformed_file, command::read_file});
}

} // namespace
