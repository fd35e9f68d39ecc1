// Unpacking against what zlib makes of the same bytes, whole, cut and damaged: packed.py notes it.
// SPDX-License-Identifier: BSL-1.0

#include "packed.hpp"

#include <bpfxx/object/gunzip.hpp>
#include <bpfxx/object/inflate.hpp>
#include <bpfxx/object/inflate_code.hpp>
#include <bpfxx/object/inflate_malformed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace object = bpfxx::object;
using object::inflate_reason;

constexpr std::size_t room = 4000;

/// A copy with nothing of its own around it.
struct exact {
    explicit exact(std::string_view bytes)
        : held{new char[std::max<std::size_t>(bytes.size(), 1)]}, size{bytes.size()} {
        if (size != 0) std::memcpy(held.get(), bytes.data(), size);
    }
    [[nodiscard]] std::string_view view() const { return {held.get(), size}; }
    std::unique_ptr<char[]> held;
    std::size_t size;
};

void append(std::string& to, std::uint32_t number) {
    for (unsigned byte = 0; byte != 4; ++byte) to.push_back(static_cast<char>(number >> 8 * byte));
}

/// What becomes of a stream, as packed.py notes it.
void note(std::string& answers, std::string_view packed) {
    // Memory of exactly this size, so that a byte too far is one outside.
    auto const bytes = std::make_unique<char[]>(std::max<std::size_t>(packed.size(), 1));
    std::copy(packed.begin(), packed.end(), bytes.get());
    static auto const into = std::make_unique<char[]>(room);
    auto const made = object::inflate({bytes.get(), packed.size()}, {into.get(), room});
    answers.push_back(static_cast<char>(made ? 1 : 0));
    append(answers, made ? object::detail::checksum({into.get(), made->written}) : 0);
    append(answers, static_cast<std::uint32_t>(made->used));
}

TEST_CASE("object inflate: every type of block gives what was packed") {
    for (packed::sample const& sample : packed::samples) {
        CAPTURE(sample.name);
        std::vector<char> into(sample.size);
        auto const made = object::inflate(sample.bytes, into);
        REQUIRE(made);
        CHECK(made->written == sample.size);
        CHECK(made->used == sample.bytes.size());
        CHECK(object::detail::checksum({into.data(), into.size()}) == sample.checksum);
    }
}

TEST_CASE("object inflate: what repeats may lie far back") {
    std::vector<char> into(packed::far_size);
    auto const made = object::inflate({packed::far_bytes, sizeof packed::far_bytes - 1}, into);
    REQUIRE(made);
    CHECK(made->written == packed::far_size);
    CHECK(object::detail::checksum({into.data(), into.size()}) == packed::far_checksum);
}

TEST_CASE("object inflate: bytes behind the end are left alone, and counted out") {
    for (packed::sample const& sample : packed::samples) {
        CAPTURE(sample.name);
        std::vector<char> into(sample.size);
        for (std::size_t const more : {1u, 3u, 8u, 40u}) {
            auto const made = object::inflate(std::string{sample.bytes} + std::string(more, '\xff'), into);
            REQUIRE(made);
            CHECK(made->used == sample.bytes.size());
        }
    }
}

TEST_CASE("object inflate: room for one byte less is too little, and nothing is written behind it") {
    for (packed::sample const& sample : packed::samples) {
        CAPTURE(sample.name);
        for (std::size_t size = 0; size < sample.size; size += size < 300 ? 1 : 97) {
            auto const into = std::make_unique<char[]>(std::max<std::size_t>(size, 1));
            auto const made = object::inflate(sample.bytes, {into.get(), size});
            CHECK(made.error().why == inflate_reason::output_too_small);
        }
        std::vector<char> into(sample.size + 1, '!');
        auto const short_of_one =
            object::inflate(sample.bytes, std::span{into}.first(sample.size - (sample.size != 0)));
        CHECK(static_cast<bool>(short_of_one) == (sample.size == 0));
        CHECK(into.back() == '!');
    }
}

TEST_CASE("object inflate: every beginning and every flip of a bit, as zlib answers") {
    for (packed::sample const& sample : packed::samples) {
        CAPTURE(sample.name);
        std::string answers;
        for (std::size_t size = 0; size != sample.bytes.size(); ++size) {
            note(answers, sample.bytes.substr(0, size));
            CHECK(answers[answers.size() - 9] == 0);
            std::vector<char> into(sample.size);
            CHECK(object::inflate(sample.bytes.substr(0, size), into).error().why == inflate_reason::truncated);
        }
        CHECK(object::detail::checksum(answers) == sample.cuts);
        answers.clear();
        for (std::size_t bit = 0; bit != 8 * sample.bytes.size(); ++bit) {
            std::string damaged{sample.bytes};
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
            note(answers, damaged);
        }
        CHECK(object::detail::checksum(answers) == sample.flips);
    }
}

TEST_CASE("object inflate: 20,000 mutations, as zlib answers") {
    std::uint64_t state = 1;
    auto const number = [&](std::size_t limit) {
        state = state * 6364136223846793005 + 1442695040888963407;
        return static_cast<std::size_t>((state >> 33) % limit);
    };
    std::string answers;
    std::uint32_t taken = 0;
    for (unsigned round = 0; round != 20000; ++round) {
        std::string damaged{packed::samples[number(std::size(packed::samples))].bytes};
        for (std::size_t left = 1 + number(4); left != 0; --left) {
            std::size_t at = number(damaged.size());
            if (number(2) != 0) at %= 60;
            damaged[at % damaged.size()] = static_cast<char>(number(256));
        }
        note(answers, damaged);
        taken += static_cast<std::uint32_t>(answers[answers.size() - 9]);
    }
    CHECK(taken == packed::taken);
    CHECK(object::detail::checksum(answers) == packed::mutations);
}

/// The reason why a stream is refused, written as bits, the first one first.
inflate_reason refused(std::string_view bits) {
    std::string packed;
    std::size_t at = 0;
    for (char const bit : bits) {
        if (bit == ' ') continue;
        if (at % 8 == 0) packed.push_back('\0');
        packed.back() = static_cast<char>(packed.back() | (bit - '0') << at % 8);
        ++at;
    }
    std::array<char, 16> into{};
    exact const held{packed};
    return object::inflate(held.view(), into).error().why;
}

TEST_CASE("object inflate: each reason") {
    using enum inflate_reason;
    CHECK(refused("") == truncated);
    CHECK(refused("1 11 00000") == block_type);
    CHECK(refused("1 00 00000 1000000000000000 1111111111111111") == stored_size);
    CHECK(refused("1 00 00000 1000000000000000 0111111111111111") == truncated);
    CHECK(refused("1 10 1100 0110") == unknown_symbol);       // the code of 286
    CHECK(refused("1 10 0000001 00000") == distance_too_far); // three bytes from one byte back, at the start
    CHECK(refused("1 10 00110000 0000001 11111") == unknown_symbol);
    CHECK(refused("1 10 00110000 0000001 11110") == unknown_symbol);
    CHECK(refused("1 10 00110000 0000001 00000 0000000") == none);
    CHECK(refused("1 10 00110000 0000001 00001 0000000") == distance_too_far);
    CHECK(refused("1 01 01111 00000 0000") == too_many_codes); // 287 literals
    CHECK(refused("1 01 11111 00000 0000") == too_many_codes);
    CHECK(refused("1 01 00000 01111 0000") == too_many_codes); // 31 distances
    CHECK(refused("1 01 00000 00000 0000 000 000 000 000") == bad_code);
    CHECK(refused("1 01 00000 00000 0000 100 000 000 000") == bad_code); // incomplete
    CHECK(refused("1 01 00000 00000 0000 100 100 100 000") == bad_code); // overfull
    CHECK(refused("1 01 00000 00000 0000 100 100 000 000 0 00") == nothing_to_repeat);
}

TEST_CASE("object inflate: a code of which a block uses more than it describes") {
    // Lengths 17 and 18 only: all of the codes are absent, the end of the block too.
    std::string const zeros = "1 0000000 "; // eleven of them
    std::string bits = "1 01 00000 00000 0000 000 100 100 000 ";
    for (unsigned left = 23; left != 0; --left) bits += zeros;
    CHECK(refused(bits + "1 1010000") == inflate_reason::too_many_codes);
    CHECK(refused(bits) == inflate_reason::truncated);
    CHECK(refused(bits + "0 010") == inflate_reason::no_end_of_block);
    CHECK(refused(bits + "0 000 0 000") == inflate_reason::too_many_codes);
}

TEST_CASE("object gunzip: all forms of the header") {
    constexpr std::string_view plain = "CONFIG_HZ=250\nCONFIG_HZ=250\nCONFIG_HZ=250\n";
    for (std::string_view const file : {std::string_view{packed::gzip_0, sizeof packed::gzip_0 - 1},
                                        {packed::gzip_2, sizeof packed::gzip_2 - 1},
                                        {packed::gzip_4, sizeof packed::gzip_4 - 1},
                                        {packed::gzip_8, sizeof packed::gzip_8 - 1},
                                        {packed::gzip_16, sizeof packed::gzip_16 - 1},
                                        {packed::gzip_30, sizeof packed::gzip_30 - 1}}) {
        CAPTURE(static_cast<int>(file[3]));
        std::array<char, plain.size()> into{};
        CHECK(object::gunzipped_size(file) == plain.size());
        auto const made = object::gunzip(file, into);
        REQUIRE(made);
        CHECK(*made == plain.size());
        CHECK(std::string_view{into.data(), into.size()} == plain);
        CHECK(object::gunzip(std::string{file} + "more", into));
        for (std::size_t size = 0; size != file.size(); ++size)
            CHECK_FALSE(object::gunzip(exact{file.substr(0, size)}.view(), into));
        unsigned unchanged = 0;
        for (std::size_t bit = 0; bit != 8 * file.size(); ++bit) {
            std::string damaged{file};
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
            auto const other = object::gunzip(exact{damaged}.view(), into);
            if (other) CHECK(std::string_view{into.data(), into.size()} == plain);
            unchanged += other ? 1 : 0;
        }
        // The date, the system, what it was made with, whether it is text; bits behind the end of the stream.
        if (file[3] == 0) CHECK(unchanged == 4 * 8 + 8 + 8 + 1 + 6);
        if (file[3] == 2) CHECK(unchanged == 6);
    }
}

TEST_CASE("object gunzip: each reason") {
    using enum inflate_reason;
    std::string const file{packed::gzip_2, sizeof packed::gzip_2 - 1};
    std::array<char, 64> into{};
    auto const damaged = [&](std::size_t at, char with) {
        std::string other = file;
        other[at] = with;
        return object::gunzip(other, into).error();
    };
    CHECK(damaged(0, 'P') == object::inflate_malformed{not_gzip, 0});
    CHECK(damaged(1, 'K').why == not_gzip);
    CHECK(damaged(2, 7).why == gzip_method);
    CHECK(damaged(3, 0x42).why == gzip_method);
    CHECK(damaged(4, 9) == object::inflate_malformed{gzip_header_checksum, 12});
    CHECK(damaged(11, 9).why == gzip_header_checksum);
    CHECK(damaged(12, 7).why == block_type);
    CHECK(damaged(file.size() - 8, 9) == object::inflate_malformed{gzip_checksum, file.size() - 8});
    CHECK(damaged(file.size() - 4, 9) == object::inflate_malformed{gzip_size, file.size() - 4});
    CHECK(object::gunzip(file, std::span{into}.first(41)).error().why == output_too_small);
    CHECK(object::gunzip("\x1f", into).error().why == not_gzip);
    CHECK(object::gunzip("\x1f\x8b\x08", into).error().why == truncated);
    CHECK(object::gunzipped_size("abc") == 0);
    for (unsigned why = 0; why <= static_cast<unsigned>(gzip_size); ++why) {
        auto const text = object::sentence({static_cast<inflate_reason>(why), 0});
        CHECK(text.size() > 10);
        CHECK(text != "unknown reason");
    }
    CHECK(object::sentence({static_cast<inflate_reason>(200), 0}) == "unknown reason");
}

/// The same while compiling.
constexpr bool unpacks(packed::sample const& sample) {
    std::array<char, 1000> into{};
    auto const made = object::inflate(sample.bytes, into);
    return made && object::detail::checksum({into.data(), made->written}) == sample.checksum;
}
static_assert(unpacks(packed::samples[0]));
static_assert(unpacks(packed::samples[1]));
static_assert(unpacks(packed::samples[2]));
static_assert(unpacks(packed::samples[4]));
static_assert(unpacks(packed::samples[5]));

} // namespace
