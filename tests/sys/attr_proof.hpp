#pragma once
// What every attribute struct has to show in front of the fake kernel: the command's number, the struct's own size, each
// field's bytes where the kernel looks for them and zero everywhere else; one system call and no allocation; the kernel's
// answer as a value of the right type, its errno as an error that names the command; libc's errno left alone.

#include "fake/kernel.hpp"
#include "sys/allocations.hpp"

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/common.hpp>
#include <bpfxx/sys/call.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unistd.h>
#include <vector>

namespace sys_test {

using bpfxx::command;
using bpfxx::errc;
using bpfxx::fd_ref;
using bpfxx::owned_fd;
using bpfxx::result;
namespace kind = bpfxx::kind;

/// The commands that the fake kernel has seen.
inline std::set<std::uint32_t> commands_seen;
/// The attribute structs that were checked.
inline std::size_t structs_checked = 0;

/// A field as the kernel documents it: offset, size, and the pattern that the test put there.
struct field {
    std::size_t offset;
    std::size_t size;
    std::uint64_t value;
    std::string_view text = {};
};

inline field name_field(std::size_t offset, std::string_view text) { return {offset, 16, 0, text}; }

/// What the fake kernel does: what it returns, and which fields it writes.
struct answer {
    long returned = 0;
    std::vector<field> written = {};
    std::uint64_t value = 0; // what the caller has to get, where it gets a value
};

template <class Kind>
fd_ref<Kind> fd(int number) {
    return fd_ref<Kind>::from_raw(number);
}

/// A pointer that is only a pattern.
template <class T>
T* pointer(std::uint64_t number) {
    return reinterpret_cast<T*>(number);
}

inline void put(std::span<std::byte> bytes, field const& f) {
    REQUIRE(f.offset + f.size <= bytes.size());
    if (f.text.empty())
        std::memcpy(bytes.data() + f.offset, &f.value, f.size); // little-endian, as all machines that the fake knows
    else
        std::memcpy(bytes.data() + f.offset, f.text.data(), f.text.size());
}

inline std::string in_hex(std::span<std::byte const> bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i != bytes.size(); ++i) {
        if (i % 8 == 0) text += i == 0 ? "" : " ";
        text += digits[std::to_integer<unsigned>(bytes[i]) >> 4];
        text += digits[std::to_integer<unsigned>(bytes[i]) & 15];
    }
    return text;
}

template <class T>
constexpr bool is_owner = false;
template <class Kind>
constexpr bool is_owner<owned_fd<Kind>> = true;

inline bool is_open(int number) { return fcntl(number, F_GETFD) != -1; }

/// One call in front of the fake kernel, and what was seen of it.
template <class Returns>
struct seen {
    result<Returns> got;
    fake::logged_call call;
    int new_descriptor;
};

/// Makes one call and checks what holds for every call, whatever the answer.
template <class Returns>
seen<Returns> one_call(std::optional<errc> failure, answer const& answers,
                       std::function<result<Returns>()> const& make_call) {
    constexpr int sentinel = 4711;
    int new_descriptor = -1;
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        if (failure) return -static_cast<long>(*failure);
        auto const* const attribute = reinterpret_cast<std::byte const*>(call.arguments[1]);
        for (auto const& f : answers.written) put({const_cast<std::byte*>(attribute), call.size}, f);
        if (!is_owner<Returns>) return answers.returned;
        new_descriptor = fcntl(2, F_DUPFD_CLOEXEC, 200);
        return new_descriptor;
    }};
    auto const allocations_before = allocations();
    errno = sentinel;
    auto got = make_call();
    int const errno_after = errno;
    auto const allocations_after = allocations();
    kernel.stop();
    CHECK(errno_after == sentinel);
    CHECK(allocations_after == allocations_before);
    REQUIRE(kernel.bpf_calls() == 1);
    return {std::move(got), kernel.only_bpf(), new_descriptor};
}

/// The value that the call gave is the one that the kernel gave.
template <class Returns>
void check_value(seen<Returns> seen, answer const& answers) {
    REQUIRE(seen.got);
    if constexpr (is_owner<Returns>) {
        {
            Returns const owner{*std::move(seen.got)};
            CHECK(owner.raw() == seen.new_descriptor);
            CHECK(is_open(seen.new_descriptor));
        }
        CHECK_FALSE(is_open(seen.new_descriptor));
    } else if constexpr (!std::is_void_v<Returns>) {
        CHECK(static_cast<std::uint64_t>(*seen.got) == answers.value);
    }
}

inline void check_bytes(fake::logged_call const& call, std::uint64_t number, std::span<std::byte const> expected) {
    CHECK(call.arguments[0] == number);
    CHECK(call.arguments[2] == expected.size());
    CHECK(in_hex(call.attr()) == in_hex(expected));
}

template <class Returns>
void check_failure(seen<Returns> const& seen, bpfxx::error failure) {
    REQUIRE_FALSE(seen.got);
    CHECK(seen.got.error() == failure);
}

/// `attribute` has a pattern of its own in every field, `size` and `fields` say what the kernel has to find.
template <class Returns, class A>
void check(char const* what, A const& attribute, std::size_t size, std::vector<field> const& fields,
           answer const& answers = {}) {
    static_assert(std::is_same_v<decltype(bpfxx::sys::call(std::declval<A&>())), result<Returns>>);
    static_assert(std::is_same_v<typename A::returns, Returns>);
    CAPTURE(what);
    constexpr auto number = static_cast<std::uint64_t>(A::during);
    std::vector<std::byte> expected(size);
    for (auto const& f : fields) put(expected, f);

    A copy = attribute;
    auto success = one_call<Returns>({}, answers, [&] { return bpfxx::sys::call(copy); });
    check_bytes(success.call, number, expected);
    CHECK(success.call.arguments[1] == reinterpret_cast<std::uintptr_t>(&copy));
    commands_seen.insert(success.call.command);
    check_value(std::move(success), answers);

    auto after = expected;
    for (auto const& f : answers.written) put(after, f);
    CHECK(in_hex(std::as_bytes(std::span{&copy, 1})) == in_hex(after)); // what the kernel wrote is there, and no more

    if constexpr (!bpfxx::sys::attribute_written_by_kernel<A>) {
        auto temporary = one_call<Returns>({}, answers, [&] { return bpfxx::sys::call(A{attribute}); });
        check_bytes(temporary.call, number, expected);
        check_value(std::move(temporary), answers);
    }
    if constexpr (!bpfxx::sys::attribute_not_constant<A>) {
        auto constant = one_call<Returns>({}, answers, [&] { return bpfxx::sys::call(attribute); });
        check_bytes(constant.call, number, expected);
        check_value(std::move(constant), answers);
    }

    for (auto const code : {errc::eperm, errc::enoent, errc::enotsupp, errc{4095}}) {
        copy = attribute;
        auto const failed = one_call<Returns>(code, {}, [&] { return bpfxx::sys::call(copy); });
        check_bytes(failed.call, number, expected);
        check_failure(failed, {code, A::during});
    }

    copy = attribute;
    bpfxx::sys::common_attr common{.log_buf = pointer<char>(0x7100'0000'0008), .log_size = 0x7201, .log_level = 0x7301};
    auto with_common = [&] { return bpfxx::sys::call(copy, common); };
    auto five = one_call<Returns>({}, answers, with_common);
    check_bytes(five.call, number | 1u << 16, expected);
    CHECK(five.call.arguments[3] == reinterpret_cast<std::uintptr_t>(&common));
    CHECK(five.call.arguments[4] == 24);
    check_value(std::move(five), answers);
    copy = attribute;
    check_failure(one_call<Returns>(errc::einval, {}, with_common), {errc::einval, A::during});
    ++structs_checked;
}

} // namespace sys_test
