// Objects that lie: whatever their bytes say, they are refused, or read and linked within their bounds and to an end.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/program_code.hpp>
#include <bpfxx/object/read.hpp>

#include "embedded.hpp"
#include "known_image.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string_view>

namespace {

using namespace object_test;
using object::reason;

std::string_view text_of(auto const& bytes) { return {bytes, sizeof bytes - 1}; }

class exact_copy {
  public:
    explicit exact_copy(std::string_view text) : bytes_{new char[text.size()]}, size_{text.size()} {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
    char& operator[](std::size_t position) { return bytes_[position]; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

bool told(object::malformed const& problem) {
    REQUIRE(problem.why != reason::none);
    REQUIRE(object::sentence(problem) != "unknown reason");
    return false;
}

void link_all(object::image const& image) {
    block<object::placement> placements{image.functions.size()};
    for (auto const& of : image.programs) {
        auto const size = object::measure(image, of, placements.span());
        if (!size) {
            told(size.error());
            continue;
        }
        code_room const room{*size};
        auto const code = object::link(image, of, placements.span(), room.room());
        REQUIRE(code);
        REQUIRE(code->instructions.size() == size->instructions);
        REQUIRE(code->patches.size() == size->patches);
        REQUIRE(code->line_infos.size() == size->line_infos);
        REQUIRE(code->core_relocations.size() == size->core_relocations);
        for (auto const& one : code->patches) {
            bool const wide = code->instructions[one.instruction].code == 0x18;
            REQUIRE(one.instruction + (wide ? 1u : 0u) < code->instructions.size());
        }
        for (auto const& one : code->core_relocations) REQUIRE(one.insn_off < code->instructions.size());
        for (auto const& one : code->line_infos) REQUIRE(one.insn_off < code->instructions.size());
    }
    for (auto const& one : placements.span()) REQUIRE(one.start == object::placement::nothing);
}

bool read_whole(std::string_view text) {
    auto const from = object::open(text);
    if (!from) return told(from.error());
    image_room const room{object::measure(*from)};
    auto const image = object::read(*from, room.tables());
    if (!image) return told(image.error());
    for (auto const& one : image->variables)
        REQUIRE(std::uint64_t{one.offset} + one.size <= image->from.file.section(one.section).size());
    for (auto const& one : image->functions) REQUIRE(image->from.types.contains(one.type));
    link_all(*image);
    return true;
}

TEST_CASE("object hostile: every end of an object") {
    for (auto const whole : {text_of(callbacks_object), text_of(big_endian_object)}) {
        CHECK(read_whole(whole));
        for (std::size_t size = 0; size != whole.size(); ++size) read_whole(exact_copy{whole.substr(0, size)}.text());
    }
}

TEST_CASE("object hostile: every bit of an object") {
    exact_copy copy{text_of(callbacks_object)};
    std::size_t taken = 0;
    for (std::size_t bit = 0; bit != copy.text().size() * 8; ++bit) {
        auto& letter = copy[bit / 8];
        char const before = letter;
        letter = static_cast<char>(before ^ 1 << bit % 8);
        taken += read_whole(copy.text());
        letter = before;
    }
    CHECK(taken > 1000);
}

TEST_CASE("object hostile: many bytes of objects") {
    std::mt19937 random{7};
    for (auto const whole :
         {text_of(subprograms_object), text_of(callbacks_object), text_of(kfuncs_object), text_of(big_endian_object)}) {
        for (int round = 0; round != 5000; ++round) {
            exact_copy copy{whole};
            for (auto changes = random() % 6 + 1; changes != 0; --changes) {
                // Words as well as bytes, small numbers as well as large ones.
                std::size_t const at = random() % (whole.size() - 4);
                auto const value = static_cast<std::uint32_t>(random() % 3 == 0 ? random() : random() % 64);
                std::size_t const size = random() % 2 == 0 ? 1 : 4;
                for (std::size_t i = 0; i != size; ++i) copy[at + i] = static_cast<char>(value >> 8 * i & 0xff);
            }
            read_whole(copy.text());
        }
    }
}

} // namespace
