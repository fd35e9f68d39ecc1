#include <bpfxx/spec/name.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

using bpfxx::object_name;

static_assert(object_name{}.view().empty());
static_assert(object_name{""} == object_name{});
static_assert(object_name{"flows"}.view() == "flows");
static_assert(object_name{"fifteen_chars_x"}.view().size() == object_name::capacity);
static_assert(object_name{"a.B_9"}.view() == "a.B_9");
static_assert(object_name{"flows"} != object_name{"flow"});
static_assert(object_name::from("flows") == object_name{"flows"});
static_assert(!object_name::from("sixteen_chars_xx"));
static_assert(sizeof(object_name) == 16 && alignof(object_name) == 1);
static_assert(std::is_trivially_copyable_v<object_name> && std::has_unique_object_representations_v<object_name>);
static_assert(!std::is_convertible_v<char const*, object_name> && !std::is_constructible_v<object_name, std::string>,
              "text of the run time goes through from()");

TEST_CASE("text that is known at run time becomes a name, or nothing") {
    for (std::string_view const good : {"", "x", "_", ".", "0", "Az09_.", "fifteen_chars_x"}) {
        CAPTURE(good);
        auto const name = object_name::from(good);
        REQUIRE(name.has_value());
        CHECK(name->view() == good);
    }
    for (std::string_view const bad :
         {"sixteen_chars_xx", "a b", "a-b", "a/b", "a\n", "\xc3\xa9", "@", "[", "`", "{", ":"}) {
        CAPTURE(bad);
        CHECK_FALSE(object_name::from(bad).has_value());
    }
    CHECK_FALSE(object_name::from(std::string_view{"a\0b", 3}).has_value());
}

TEST_CASE("of all single bytes, those are allowed that the kernel's check allows in ASCII") {
    std::size_t allowed = 0;
    for (int byte = 0; byte != 256; ++byte) {
        char const character = static_cast<char>(byte);
        bool const in_ascii =
            byte != 0 && byte < 128 &&
            std::strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.", byte) != nullptr;
        CAPTURE(byte);
        CHECK(object_name::from({&character, 1}).has_value() == in_ascii);
        allowed += in_ascii ? 1 : 0;
    }
    CHECK(allowed == 26 + 26 + 10 + 2);
}

TEST_CASE("the sixteen bytes are the name and zeros") {
    auto const name = *object_name::from("flows");
    char bytes[sizeof name];
    std::memcpy(bytes, &name, sizeof name);
    CHECK(std::memcmp(bytes, "flows\0\0\0\0\0\0\0\0\0\0\0", sizeof bytes) == 0);
}
