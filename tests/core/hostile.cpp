// Objects and targets that lie: an answer or what is wrong, never a read outside, and always an end.
// SPDX-License-Identifier: BSL-1.0

#include "object.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace core_test;

/// A copy in a block of exactly its size, so that AddressSanitizer sees a read past either side.
class exact_copy {
  public:
    explicit exact_copy(std::string_view text) : bytes_{new char[text.size()]}, size_{text.size()} {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    char& operator[](std::size_t position) { return bytes_[position]; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

class numbers {
  public:
    explicit numbers(std::uint32_t seed) : engine_{seed} {}
    std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

  private:
    std::mt19937 engine_;
};

/// Changes up to eight places: a byte, or a 32-bit word to a small number such as an id or a name.
void mutate(exact_copy& copy, numbers& random) {
    for (std::uint32_t left = 1 + random() % 8; left > 0; --left) {
        std::size_t const position = random() % copy.size();
        if (random() % 2 == 0) {
            copy[position] = static_cast<char>(random());
            continue;
        }
        std::size_t const word = position / 4 * 4;
        if (word + 4 > copy.size()) continue;
        std::uint32_t const value = random() % 64;
        for (std::size_t at = 0; at < 4; ++at) copy[word + at] = static_cast<char>(value >> (8 * at) & 0xff);
    }
}

/// Every relocation by itself, so that one that is refused does not hide the others. Says how many were answered.
std::size_t answer_all(std::string_view object, std::vector<section> sections, std::string_view kernel) {
    auto const view = btf::view::parse(object);
    if (!view) return 0;
    std::vector<std::uint32_t> offsets(view->index_size());
    auto const local = *view->index(offsets);
    std::vector<core::root> roots(64);
    std::vector<core::candidate> room(256);
    std::array<std::uint32_t, 16> index{};
    core::candidates found{roots, room};
    for (section const& one : sections) {
        for (core::core_relo const& asked : one.relocations) (void)found.add(local, {&asked, 1});
    }
    found.ready();
    auto const opened = core::target::open(kernel);
    if (!opened) return 0;
    core::target targets[]{*opened};
    if (targets[0].index(index, found).why != core::reason::none) return 0;
    core::resolver resolver{local, found, targets};
    std::size_t answered = 0;
    for (section& one : sections) {
        for (core::core_relo const& asked : one.relocations) {
            auto const problem = core::relocate(resolver, one.code, {&asked, 1});
            REQUIRE(!core::sentence(problem.why).empty());
            answered += problem.why == core::reason::none;
        }
    }
    return answered;
}

struct subject {
    object from{folder() + "fields.bpf.o"};
    std::string kernel = read_file(folder() + "targets/moved.btf");
};

TEST_CASE("core hostile: a target cut off anywhere is refused") {
    subject it;
    CHECK(answer_all(it.from.blob(), it.from.sections(), it.kernel) == 381);
    for (std::size_t size = 0; size < it.kernel.size(); size += 3) {
        exact_copy const copy{std::string_view{it.kernel}.substr(0, size)};
        CHECK(answer_all(it.from.blob(), it.from.sections(), copy.text()) == 0);
    }
}

TEST_CASE("core hostile: every bit of a target's types turned over") {
    subject it;
    std::vector<section> few = it.from.sections();
    for (section& one : few) one.relocations.resize(std::min<std::size_t>(one.relocations.size(), 6));
    std::size_t answered = 0;
    for (std::size_t bit = 0; bit < 8 * 2200; bit += 3) {
        exact_copy copy{it.kernel};
        copy[bit / 8] = static_cast<char>(static_cast<unsigned char>(copy[bit / 8]) ^ 1U << bit % 8);
        answered += answer_all(it.from.blob(), few, copy.text());
    }
    CHECK(answered > 10'000);
}

TEST_CASE("core hostile: random changes to a target, always the same ones") {
    subject it;
    std::vector<section> few = it.from.sections();
    numbers random{20'261'121};
    for (section& one : few) one.relocations.resize(std::min<std::size_t>(one.relocations.size(), 12));
    std::size_t answered = 0;
    for (int round = 0; round < 20'000; ++round) {
        exact_copy copy{it.kernel};
        mutate(copy, random);
        answered += answer_all(it.from.blob(), few, copy.text());
    }
    CHECK(answered > 100'000);
}

TEST_CASE("core hostile: random changes to an object's types and relocations, always the same ones") {
    subject it;
    numbers random{7};
    std::size_t answered = 0;
    for (int round = 0; round < 10'000; ++round) {
        exact_copy copy{it.from.blob()};
        mutate(copy, random);
        std::vector<section> sections;
        for (section one : it.from.sections()) {
            one.relocations.resize(std::min<std::size_t>(one.relocations.size(), 8));
            for (core::core_relo& asked : one.relocations) {
                std::uint32_t const what = random() % 16;
                if (what == 0) asked.insn_off = random() % 600;
                if (what == 1) asked.type_id = random() % 200;
                if (what == 2) asked.access_str_off = random() % 4000;
                if (what == 3) asked.kind = core::core_relo_kind{random() % 15};
            }
            sections.push_back(std::move(one));
        }
        answered += answer_all(copy.text(), sections, it.kernel);
    }
    CHECK(answered > 10'000);
}

/// Unions that hold themselves twice over, and structs that hold pointers to each other: comparisons without end.
TEST_CASE("core hostile: types built to be compared for ever") {
    object it{folder() + "fields.bpf.o"};
    auto const text = [](std::uint32_t members) {
        std::string types;
        auto const word = [&](std::uint32_t value) { types.append(reinterpret_cast<char const*>(&value), 4); };
        std::string const strings{"\0outer\0bits\0inner\0match1\0match4", 32};
        std::uint32_t const names[] = {1, 7, 12, 18, 25};
        for (std::uint32_t const name : names) {
            for (std::uint32_t const value : {name, 4U << 24 | members, 64U}) word(value);
            for (std::uint32_t at = 0; at < members; ++at) {
                for (std::uint32_t const value : {0U, 1 + at % 5, 0U}) word(value);
            }
        }
        std::string blob;
        std::swap(blob, types);
        std::string const records = blob;
        types.clear();
        for (std::uint32_t const value : {0x0001'eb9fU, 24U, 0U, static_cast<std::uint32_t>(records.size()),
                                          static_cast<std::uint32_t>(records.size()), 32U}) {
            word(value);
        }
        return types + records + strings;
    };
    if constexpr (std::endian::native == std::endian::big) return;
    std::vector<section> few = it.sections();
    for (section& one : few) one.relocations.resize(std::min<std::size_t>(one.relocations.size(), 4));
    for (std::uint32_t const members : {1U, 2U, 5U, 100U}) {
        exact_copy const copy{text(members)};
        CHECK(answer_all(it.blob(), few, copy.text()) < 40);
    }
}

} // namespace
