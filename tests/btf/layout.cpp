// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/describe.hpp>
#include <bpfxx/btf/layout.hpp>
#include <bpfxx/btf/layout_difference.hpp>
#include <bpfxx/btf/view.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::layout_fault;
using btf::type_id;

/// The text of the difference between a C++ type and a type of a blob; empty without one.
template <class T>
std::string difference(std::string_view blob, type_id id, btf::layout_options options = {}) {
    auto const view = btf::view::parse(blob);
    REQUIRE(view);
    std::vector<std::uint32_t> storage(view->index_size());
    auto const index = view->index(storage);
    REQUIRE(index);
    auto const found = btf::compare<T>(*index, id, options);
    CHECK(std::string_view{found.text().c_str()} == found.text().view());
    return found ? std::string{found.text().view()} : std::string{};
}

/// The same between two C++ types, the second through its description.
template <class Cxx, class Btf>
std::string differs(btf::layout_options options = {}) {
    auto const& made = btf::describe<Btf>();
    return difference<Cxx>(made.blob.text(), made.ids[0], options);
}

// One name in many namespaces: only what is inside differs.
struct address {
    std::uint32_t host;
    std::uint16_t port;
    std::uint16_t zero;
};
struct stats {
    std::uint64_t packets;
    std::uint64_t bytes;
    address ends[2];
    char name[8];
};

namespace moved {
struct stats {
    std::uint64_t packets;
    address ends[2];
    std::uint64_t bytes;
    char name[8];
};
} // namespace moved

namespace resized {
struct stats {
    std::uint64_t packets;
    std::uint32_t bytes;
    std::uint32_t drops;
    address ends[2];
    char name[8];
};
} // namespace resized

namespace renamed {
struct stats {
    std::uint64_t count;
    std::int64_t total;
    address ends[2];
    char title[8];
};
} // namespace renamed

namespace nested {
struct address {
    std::uint16_t port;
    std::uint16_t zero;
    std::uint32_t host;
};
struct stats {
    std::uint64_t packets;
    std::uint64_t bytes;
    address ends[2];
    char name[8];
};
} // namespace nested

namespace longer {
struct stats {
    std::uint64_t packets;
    std::uint64_t bytes;
    address ends[2];
    char name[8];
    std::uint64_t last;
};
} // namespace longer

struct three_bytes {
    std::uint32_t host;
    std::uint16_t port;
    std::uint8_t proto;
};
struct four_bytes {
    std::uint32_t host;
    std::uint16_t port;
    std::uint8_t proto;
    std::uint8_t zero;
};
struct words {
    std::uint32_t low[4];
};
struct halves {
    std::uint16_t low[8];
};
struct raw {
    std::byte low[16];
};
struct pair_inside {
    struct {
        std::uint32_t a, b;
    } low[2];
};
union either {
    std::uint64_t numbers[2];
    unsigned char bytes[16];
};
struct with_union {
    either low;
};

TEST_CASE("a type and its own description do not differ") {
    CHECK(differs<stats, stats>().empty());
    CHECK(differs<std::uint32_t, std::uint32_t>().empty());
    CHECK(differs<int[2][3], std::array<std::array<int, 3>, 2>>().empty());
    CHECK(differs<bpfxx::spin_lock, bpfxx::spin_lock>().empty());
    CHECK(differs<bpfxx::fd_ref<bpfxx::kind::task>, int>().empty());
}

TEST_CASE("a member that moved is named, with both places") {
    CHECK(differs<stats, moved::stats>() == "stats.bytes: 8 bytes at offset 8 in C++, 8 bytes at offset 24 in BTF");
    CHECK(differs<moved::stats, stats>() == "stats.ends: 16 bytes at offset 8 in C++, 16 bytes at offset 16 in BTF");
    CHECK(differs<stats, nested::stats>() ==
          "stats.ends.host: 4 bytes at offset 16 in C++, 4 bytes at offset 20 in BTF");
}

TEST_CASE("so is one of another size, and one that only one side has") {
    CHECK(differs<stats, resized::stats>() == "stats.bytes: 8 bytes at offset 8 in C++, 4 bytes at offset 8 in BTF");
    CHECK(differs<resized::stats, stats>() == "stats.bytes: 4 bytes at offset 8 in C++, 8 bytes at offset 8 in BTF");
    CHECK(differs<stats, longer::stats>() == "stats.last: nothing in C++, 8 bytes at offset 40 in BTF");
    CHECK(differs<longer::stats, stats>() == "stats: 48 bytes at offset 0 in C++, 40 bytes at offset 0 in BTF");
}

TEST_CASE("padding may be filled with a member here and stay padding there, and not the other way round") {
    CHECK(differs<four_bytes, three_bytes>().empty());
    CHECK(differs<three_bytes, four_bytes>() == "three_bytes.zero: nothing in C++, 1 byte at offset 7 in BTF");
}

TEST_CASE("a member that starts inside one of the other side is told, names or no names") {
    struct short_and_word {
        std::uint16_t kind;
        std::uint32_t word;
    };
    struct short_and_bytes {
        std::uint16_t kind;
        unsigned char rest[6];
    };
    CHECK(differs<short_and_word, short_and_bytes>() ==
          "short_and_word.word: 4 bytes at offset 4 in C++, nothing in BTF");
    CHECK(differs<short_and_bytes, short_and_word>() ==
          "short_and_bytes.rest: 6 bytes at offset 2 in C++, nothing in BTF");
}

TEST_CASE("names differ freely unless they are asked for") {
    CHECK(differs<stats, renamed::stats>().empty());
    CHECK(differs<stats, renamed::stats>({.names = true}) ==
          "stats.packets: 8 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF under another name");
    CHECK(differs<stats, stats>({.names = true}).empty());
}

TEST_CASE("elements differ by their size, unless one side sees bytes only") {
    CHECK(differs<words, halves>() == "words.low: elements of 4 bytes at offset 0 in C++, 2 bytes at offset 0 in BTF");
    CHECK(differs<words, raw>().empty());
    CHECK(differs<raw, words>().empty());
    CHECK(differs<pair_inside, raw>().empty());
    CHECK(differs<with_union, words>().empty());
    CHECK(differs<words, with_union>().empty());
    CHECK(differs<std::uint64_t, double>().empty());
    CHECK(differs<pair_inside, std::uint64_t[2]>() ==
          "pair_inside: 16 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF, a struct in C++ alone");
    CHECK(differs<address, std::uint64_t>() ==
          "address: 8 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF, a struct in C++ alone");
    CHECK(differs<std::uint64_t, address>() ==
          "unsigned long long: 8 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF, a struct in BTF alone");
}

TEST_CASE("typedefs, qualifiers and anonymous structs of the BTF are seen through") {
    btf::builder<> to;
    type_id const number = to.int_("unsigned long long", 8);
    type_id const half = to.int_("unsigned int", 4);
    type_id const alias = to.const_(to.typedef_("__u64", number));
    type_id const pair = to.struct_("", 8, {{"host", half, 0}, {"zone", half, 32}});
    type_id const choice = to.union_("", 8, {{"all", number}, {"", pair}});
    type_id const whole = to.volatile_(to.struct_("value", 16, {{"first", alias, 0}, {"", choice, 64}}));
    type_id const fields = to.struct_("fields", 8, {{"low", half, 0, 3}, {"high", half, 32}});
    auto const made = to.finish();

    struct first_and_number {
        std::uint64_t first, second;
    };
    struct first_and_pair {
        std::uint64_t first;
        std::uint32_t host, zone;
    };
    struct first_and_quarters {
        std::uint64_t first;
        std::uint16_t quarters[4];
    };
    struct low_and_high {
        std::uint32_t low, high;
    };
    CHECK(difference<first_and_number>(made.text(), whole).empty());
    CHECK(difference<first_and_pair>(made.text(), whole).empty());
    CHECK(difference<first_and_quarters>(made.text(), whole) ==
          "first_and_quarters.quarters: elements of 2 bytes at offset 8 in C++, 8 bytes at offset 8 in BTF");
    CHECK(difference<low_and_high>(made.text(), fields) ==
          "low_and_high.low: 4 bytes at offset 0 in C++, 4 bytes at offset 0 in BTF");
}

TEST_CASE("types without a size, unknown ids and circles are called malformed") {
    btf::builder<> to;
    type_id const circle = to.typedef_("a", type_id{2});
    to.typedef_("b", type_id{1});
    type_id const forward = to.fwd("later");
    type_id const holds_circle = to.struct_("s", 8, {{"packets", circle, 0}});
    auto const made = to.finish();
    CHECK(difference<int>(made.text(), circle).find("circle") != std::string::npos);
    CHECK(difference<int>(made.text(), forward).find("without a size") != std::string::npos);
    CHECK(difference<stats>(made.text(), type_id{99}).find("no type with that id") != std::string::npos);
    CHECK(difference<stats>(made.text(), holds_circle).find("circle") != std::string::npos);
}

TEST_CASE("long paths and names lose their end and nothing else") {
    struct a_type_with_a_name_that_goes_on_and_on_and_on_until_nobody_wants_to_read_it_any_further {
        std::uint32_t a_member_with_a_name_that_goes_on_and_on_and_on_until_nobody_wants_to_read_it;
        std::uint32_t last;
    };
    using long_type = a_type_with_a_name_that_goes_on_and_on_and_on_until_nobody_wants_to_read_it_any_further;
    auto const text = differs<long_type, std::uint64_t[2]>();
    CHECK(text.find("a_type_with_a_name") == 0);
    struct halves_of_it {
        std::uint16_t a_member_with_a_name_that_goes_on_and_on_and_on_until_nobody_wants_to_read_it;
        std::uint16_t between;
        std::uint32_t last;
    };
    auto const member = differs<long_type, halves_of_it>();
    CHECK(member.size() > btf::layout_difference::longest_path);
    CHECK(member.find("any_further.a") != std::string::npos);
    CHECK(member.find(": 4 bytes at offset 0 in C++, 2 bytes at offset 0 in BTF") ==
          btf::layout_difference::longest_path);
}

// Everything can be had while compiling.
static_assert([] {
    auto const& made = btf::describe<moved::stats>();
    auto const view = btf::view::parse(made.blob.text());
    std::array<std::uint32_t, 32> storage{};
    auto const index = view->index(storage);
    return btf::compare<stats>(*index, made.ids[0]).member() == "stats.bytes";
}());

/// A copy in a block of exactly its size, so that AddressSanitizer sees a read past either side.
struct exact_copy {
    explicit exact_copy(std::string_view text) : bytes{new char[text.size()]}, size{text.size()} {
        std::copy(text.begin(), text.end(), bytes.get());
    }
    std::unique_ptr<char[]> bytes;
    std::size_t size;
};

void compare_if_readable(exact_copy const& blob) {
    auto const view = btf::view::parse(std::string_view{blob.bytes.get(), blob.size});
    if (!view) return;
    std::vector<std::uint32_t> storage(view->index_size());
    auto const index = view->index(storage);
    REQUIRE(index);
    for (std::uint32_t id = 0; id <= view->type_count() + 1; ++id) {
        auto const found = btf::compare<stats>(*index, type_id{id}, {.names = id % 2 == 0});
        CHECK(found.member().size() <= btf::layout_difference::longest_path);
        CHECK(found.text().view().size() < 256);
    }
}

TEST_CASE("blobs that lie are compared within their bounds and to an end") {
    auto const& made = btf::describe<stats, moved::stats, with_union>();
    std::string_view const sound = made.blob.text();
    for (std::size_t size = 0; size <= sound.size(); ++size) compare_if_readable(exact_copy{sound.substr(0, size)});
    std::mt19937 random{7};
    for (int round = 0; round != 20'000; ++round) {
        exact_copy blob{sound};
        for (unsigned change = 0; change <= random() % 4; ++change) {
            // Past the header, whose faults hide all others.
            std::size_t const at = 24 + random() % (sound.size() - 24);
            blob.bytes[at] = static_cast<char>(random() % 3 == 0 ? random() : random() % 20);
        }
        compare_if_readable(blob);
    }
}

} // namespace
