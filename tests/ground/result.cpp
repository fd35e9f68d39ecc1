#include <bpfxx/result.hpp>

#include "ground/ending.hpp"

#include <doctest/doctest.h>

#include <boost/version.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

// Boost 1.74 declares the variable itself; later ones want to be told how.
#if BOOST_VERSION < 107500
#    define TRY_INTO(name, ...) BOOST_OUTCOME_TRY(name, __VA_ARGS__)
#else
#    define TRY_INTO(name, ...) BOOST_OUTCOME_TRY(auto name, __VA_ARGS__)
#endif

using bpfxx::command;
using bpfxx::errc;
using bpfxx::error;
using bpfxx::result;
using bpfxx::result_with;

namespace {

constexpr error denied{errc::eperm, command::prog_load};

/// An error that says more, as a verifier's refusal does.
struct refusal {
    error why;
    int line;
    operator error() const { return why; }
};

struct movable {
    explicit movable(int n) : number{std::make_unique<int>(n)} {}
    std::unique_ptr<int> number;
};

result<int> number_or(bool fails) {
    if (fails) return denied;
    return 7;
}

result<void> nothing_or(bool fails) {
    if (fails) return denied;
    return bpfxx::outcome::success();
}

result_with<int, refusal> detailed(bool fails) {
    if (fails) return refusal{denied, 12};
    return 9;
}

result<std::string> handed_on(bool first, bool second, bool third) {
    TRY_INTO(number, number_or(first));
    BOOST_OUTCOME_TRYV(nothing_or(second));
    TRY_INTO(other, detailed(third));
    return std::to_string(number + other);
}

static_assert(std::is_same_v<result<int>, result_with<int, error>>);
static_assert(!std::is_default_constructible_v<result<int>> && !std::is_default_constructible_v<result<void>>);
static_assert(std::is_move_constructible_v<result<movable>> && !std::is_copy_constructible_v<result<movable>>);
static_assert(std::is_nothrow_move_constructible_v<result<int>> && std::is_trivially_copyable_v<error>);
static_assert(!std::is_convertible_v<result<int>, bool>, "if (result) asks; nothing else does");
static_assert(!std::is_convertible_v<result<int>, int>);
static_assert(sizeof(result<void>) <= 16 && sizeof(result<int>) <= 16);
static_assert(std::is_base_of_v<std::exception, bpfxx::bpf_error> &&
              std::is_nothrow_copy_constructible_v<bpfxx::bpf_error>);

} // namespace

TEST_CASE("a value") {
    auto got = number_or(false);
    REQUIRE(got);
    CHECK(got.has_value());
    CHECK_FALSE(got.has_error());
    CHECK(*got == 7);
    CHECK(got.value() == 7);
    *got = 8;
    CHECK(*std::as_const(got) == 8);
}

TEST_CASE("a failure") {
    auto const got = number_or(true);
    REQUIRE_FALSE(got);
    CHECK(got.has_error());
    CHECK(got.error() == denied);
    CHECK(got.error().during == command::prog_load);
}

TEST_CASE("a value is moved, not copied") {
    result<movable> got{movable{3}};
    REQUIRE(got);
    CHECK(*got->number == 3);
    CHECK(*std::as_const(got)->number == 3);
    auto const* const address = got->number.get();
    result<movable> moved{std::move(got)};
    CHECK(moved->number.get() == address);
    movable const out = *std::move(moved);
    CHECK(out.number.get() == address);
    result<movable> by_value{movable{4}};
    CHECK(*std::move(by_value).value().number == 4);
}

TEST_CASE("a result of nothing") {
    CHECK(nothing_or(false));
    CHECK(nothing_or(true).error() == denied);
    nothing_or(false).value(); // says nothing
}

TEST_CASE("a result of a value that is itself true or false") {
    result<bool> const no{false};
    CHECK(no.has_value());
    CHECK(static_cast<bool>(no));
    CHECK_FALSE(*no);
    result<std::optional<int>> const absent{std::nullopt};
    CHECK(absent);
    CHECK_FALSE(*absent);
}

TEST_CASE("failures are handed on, with what the caller can hold of them") {
    CHECK(*handed_on(false, false, false) == "16");
    CHECK(handed_on(true, false, false).error() == denied);
    CHECK(handed_on(false, true, false).error() == denied);
    CHECK(handed_on(false, false, true).error() == denied);
    CHECK(detailed(true).error().line == 12);
}

TEST_CASE("value() on a failure throws what names the command and the errno") {
    CHECK_THROWS_WITH_AS((void)number_or(true).value(), "BPF_PROG_LOAD: EPERM (operation not permitted)",
                         bpfxx::bpf_error);
    CHECK_THROWS_WITH_AS(nothing_or(true).value(), "BPF_PROG_LOAD: EPERM (operation not permitted)", bpfxx::bpf_error);
    CHECK_THROWS_WITH_AS((void)detailed(true).value(), "BPF_PROG_LOAD: EPERM (operation not permitted)",
                         bpfxx::bpf_error);
    auto const kept = number_or(true);
    CHECK_THROWS_AS((void)kept.value(), bpfxx::bpf_error);
    try {
        (void)number_or(true).value();
    } catch (std::exception const& caught) {
        auto const* const ours = dynamic_cast<bpfxx::bpf_error const*>(&caught);
        REQUIRE(ours != nullptr);
        CHECK(ours->failure() == denied);
        auto const copy = *ours; // the text moves along
        CHECK(std::string{copy.what()} == caught.what());
        CHECK(static_cast<void const*>(copy.what()) != caught.what());
    }
}

TEST_CASE("error() on a value ends the program with a sentence") {
    auto const end = ground_test::end_of([] { (void)number_or(false).error(); });
    CHECK(end.said == "bpfxx: .error() was called on a result that holds a value\n");
    CHECK(end.aborted());
}
