#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/error.hpp>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/try.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <type_traits>
#include <utility>

namespace bpfxx {

namespace outcome = BOOST_OUTCOME_V2_NAMESPACE;

/// What `.value()` on a failed result throws where exceptions are on.
class bpf_error : public std::exception {
  public:
    explicit bpf_error(error failure) noexcept : failure_{failure}, text_{failure} {}

    [[nodiscard]] error failure() const noexcept { return failure_; }
    [[nodiscard]] char const* what() const noexcept override { return text_.c_str(); }

  private:
    error failure_;
    error_text text_;
};

namespace detail {

// Two policies rather than one with a branch inside: a program that mixes translation units with and without
// exceptions gets two result types that cannot be confused, not one with two definitions.
#if defined(__cpp_exceptions)

struct throw_on_no_value {
    [[noreturn]] static void fail(error failure) { throw bpf_error{failure}; }
};
using on_no_value = throw_on_no_value;

#else

struct abort_on_no_value {
    [[noreturn]] static void fail(error failure) noexcept {
        std::fputs(error_text{failure}.c_str(), stderr);
        std::fputs("\n", stderr);
        std::abort();
    }
};
using on_no_value = abort_on_no_value;

#endif

template <class OnNoValue>
struct no_value_policy : outcome::policy::base {
    template <class Impl>
    static constexpr void wide_value_check(Impl&& self) {
        if (!base::_has_value(self)) OnNoValue::fail(error(base::_error(self)));
    }

    template <class Impl>
    static constexpr void wide_error_check(Impl&& self) {
        if (base::_has_value(std::forward<Impl>(self))) ask_for_absent_error();
    }

    template <class Impl>
    static constexpr void wide_exception_check(Impl&&) noexcept {}

  private:
    [[noreturn]] static void ask_for_absent_error() noexcept {
        std::fputs("bpfxx: .error() was called on a result that holds a value\n", stderr);
        std::abort();
    }
};

} // namespace detail

/// A value or an error that says more than `bpfxx::error` can in eight bytes, and converts to it.
template <class T, class Error>
class [[nodiscard]] result_with : public outcome::basic_result<T, Error, detail::no_value_policy<detail::on_no_value>> {
    using base = outcome::basic_result<T, Error, detail::no_value_policy<detail::on_no_value>>;

  public:
    using base::base;

    result_with() = delete; // a result is a value or an error: say which, outcome::success() for a value of void
    result_with(result_with const&) = default;
    result_with(result_with&&) = default;
    result_with& operator=(result_with const&) = default;
    result_with& operator=(result_with&&) = default;
    // Not trivial, so that a result is made where it is returned to and not copied there, value or no value: g++ would
    // warn of an uninitialised value in the copy of a failure.
    constexpr ~result_with() {} // NOLINT(modernize-use-equals-default)

    /// The value, unchecked: ask first.
    [[nodiscard]] constexpr auto& operator*() & noexcept
        requires(!std::is_void_v<T>)
    {
        return base::assume_value();
    }
    [[nodiscard]] constexpr auto const& operator*() const& noexcept
        requires(!std::is_void_v<T>)
    {
        return base::assume_value();
    }
    [[nodiscard]] constexpr auto&& operator*() && noexcept
        requires(!std::is_void_v<T>)
    {
        return std::move(*this).base::assume_value();
    }
    [[nodiscard]] constexpr auto* operator->() noexcept
        requires(!std::is_void_v<T>)
    {
        return &base::assume_value();
    }
    [[nodiscard]] constexpr auto const* operator->() const noexcept
        requires(!std::is_void_v<T>)
    {
        return &base::assume_value();
    }
};

/// A value or an error: what every function that enters the kernel returns.
///
/// `if (!r)` asks, `*r` and `r->` reach the value unchecked, `r.error()` is the failure, `BOOST_OUTCOME_TRY` hands it
/// on. `r.value()` on a failure throws `bpf_error`, or, where the program is built without exceptions, prints the command
/// and the errno and aborts.
template <class T>
using result = result_with<T, error>;

} // namespace bpfxx
