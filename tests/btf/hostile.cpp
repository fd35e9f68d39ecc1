// Blobs that lie: whatever their bytes say, they are refused, or read within their bounds and to an end.
// Each lies in a heap block of exactly its size, so that AddressSanitizer sees a read past either side.
// SPDX-License-Identifier: BSL-1.0

#include "blob.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/member_at.hpp>
#include <bpfxx/btf/resolve.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using namespace btf_test;

/// The standard's generator, which gives the same numbers everywhere, with 32-bit results.
class numbers {
  public:
    explicit numbers(std::uint32_t seed) : engine_{seed} {}
    std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

  private:
    std::mt19937 engine_;
};

/// A copy in a block of exactly its size.
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

/// Adds up everything it is shown, so that no read can be left out by the optimiser.
struct touch {
    std::uint64_t sum = 0;

    void operator()(std::uint64_t value) { sum = sum * 31 + value; }
    void operator()(std::string_view text) {
        for (char const letter : text) (*this)(static_cast<unsigned char>(letter));
    }
};

void touch_type(btf::type type, touch& seen) {
    seen(type.name());
    seen(type.size());
    seen(number(type.referenced()));
    seen(type.is_signed());
    seen(type.has_name("pair"));
    for (btf::member const member : type.members()) {
        seen(member.name());
        seen(number(member.type()));
        seen(member.bit_offset() + member.bitfield_width());
    }
    for (btf::enumerator const value : type.enumerators()) {
        seen(value.name());
        seen(value.unsigned_value());
    }
    for (btf::parameter const parameter : type.parameters()) {
        seen(parameter.name());
        seen(number(parameter.type()));
    }
    for (btf::section_variable const variable : type.variables()) {
        seen(number(variable.type()));
        seen(variable.offset() + variable.size());
    }
    if (auto const array = type.array()) seen(number(array->element) + number(array->index) + array->count);
    if (auto const integer = type.integer()) seen(integer->bit_offset + integer->bit_width);
    if (auto const linkage = type.linkage()) seen(static_cast<std::uint64_t>(*linkage));
    if (auto const component = type.component()) seen(static_cast<std::uint64_t>(*component));
}

/// Follows every id that a type holds by one step: parse promises that it leads somewhere.
bool ids_are_inside(btf::type type, btf::view const& view) {
    bool inside = view.contains(type.referenced());
    for (btf::member const member : type.members()) inside &= view.contains(member.type());
    for (btf::parameter const parameter : type.parameters()) inside &= view.contains(parameter.type());
    for (btf::section_variable const variable : type.variables()) inside &= view.contains(variable.type());
    if (auto const array = type.array()) inside &= view.contains(array->element) && view.contains(array->index);
    return inside;
}

void touch_answers(btf::indexed_view const& index, btf::type_id id, touch& seen) {
    auto const resolved = resolve(index, id);
    seen(resolved ? number(resolved->id()) : resolved.error().offset);
    auto const size = size_of(index, id);
    seen(size ? *size : size.error().offset);
    for (char const* path : {"pair.right", "whole", "last"}) {
        auto const member = member_at(index, id, path);
        seen(member ? member->bit_offset : member.error().offset);
    }
    auto const visited = for_each_member(index, id, [&](btf::located_member const& member) { seen(member.name); });
    seen(visited ? *visited : visited.error().offset);
}

/// Reads everything there is. Says whether the blob was taken; a refusal must point into the blob.
bool read_whole(std::string_view text, btf::view const* base = nullptr) {
    auto const parsed = base == nullptr ? btf::view::parse(text) : btf::view::parse(text, *base);
    if (!parsed) {
        REQUIRE(parsed.error().why != btf::reason::none);
        REQUIRE(parsed.error().offset <= text.size());
        return false;
    }
    btf::view const& view = *parsed;
    std::vector<std::uint32_t> storage(view.index_size());
    auto const index = view.index(storage);
    REQUIRE(index);

    touch seen;
    std::uint32_t count = 0;
    for (btf::type const type : view.types()) {
        ++count;
        touch_type(type, seen);
        touch_type(index->type(type.id()), seen);
        REQUIRE(ids_are_inside(type, view));
        touch_answers(*index, type.id(), seen);
    }
    REQUIRE(count == view.type_count());
    btf::query queries[] = {{btf::kind::struct_, "pair"}, {btf::kind::int_, "x"}, {btf::kind::ptr, ""}};
    seen(find(view, queries));
    seen(find_enumerator(view, "GREEN").has_value());
    for (btf::type const match : find_all(view, btf::kind::struct_, "pair")) seen(number(match.id()));
    [[maybe_unused]] std::uint64_t const volatile kept = seen.sum;
    return true;
}

TEST_CASE("btf hostile: a blob cut off anywhere is refused") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        auto const whole = make_sample(order);
        for (std::size_t size = 0; size < whole.size; ++size) {
            CAPTURE(size);
            CHECK_FALSE(read_whole(exact_copy{whole.text().substr(0, size)}.text()));
        }
        CHECK(read_whole(exact_copy{whole.text()}.text()));
    }
}

TEST_CASE("btf hostile: every byte changed to several values") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        auto const whole = make_sample(order);
        std::size_t taken = 0;
        for (std::size_t position = 0; position < whole.size; ++position) {
            auto const original = static_cast<unsigned char>(whole.bytes[position]);
            for (unsigned const value : {0U, 1U, 0x7fU, 0x80U, 0xffU, original ^ 1U, original + 1U, original - 1U}) {
                exact_copy copy{whole.text()};
                copy[position] = static_cast<char>(static_cast<unsigned char>(value));
                taken += read_whole(copy.text());
            }
        }
        CHECK(taken > whole.size); // most changes of names and sizes leave a blob that can be read
        CHECK(taken < 8 * whole.size);
    }
}

/// Changes up to eight places: a byte, or a 32-bit word to a small number such as an id or a name.
void mutate(exact_copy& copy, std::size_t size, numbers& random) {
    for (std::uint32_t left = 1 + random() % 8; left > 0; --left) {
        std::size_t const position = random() % size;
        if (random() % 2 == 0) {
            copy[position] = static_cast<char>(random());
            continue;
        }
        std::size_t const word = position / 4 * 4;
        if (word + 4 > size) continue;
        std::uint32_t const value = random() % 64;
        for (std::size_t i = 0; i < 4; ++i) copy[word + i] = static_cast<char>(value >> (8 * i) & 0xff);
    }
}

TEST_CASE("btf hostile: random changes, always the same ones") {
    numbers random{20'240'901};
    std::size_t taken = 0;
    constexpr std::size_t rounds = 50'000;
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        auto const whole = make_sample(order);
        for (std::size_t round = 0; round < rounds; ++round) {
            exact_copy copy{whole.text()};
            mutate(copy, whole.size, random);
            taken += read_whole(copy.text());
        }
    }
    CHECK(taken > rounds / 20);
    CHECK(taken < 2 * rounds);
}

TEST_CASE("btf hostile: random changes to split BTF") {
    numbers random{7};
    auto const base_blob = make_sample(std::endian::native);
    exact_copy const base_copy{base_blob.text()};
    auto const base = btf::view::parse(base_copy.text());
    REQUIRE(base);
    blob_builder out{std::endian::native, write_sample(std::endian::native).strings_size()};
    out.record("module", wire::make_info(btf::kind::struct_, 2), 32);
    out.named("pair", 7, 0);
    out.words({1, 26, 192});
    out.record("", wire::make_info(btf::kind::const_), 25);
    auto const whole = out.finish();
    REQUIRE(read_whole(exact_copy{whole.text()}.text(), &*base));
    for (std::size_t round = 0; round < 10'000; ++round) {
        exact_copy copy{whole.text()};
        mutate(copy, whole.size, random);
        read_whole(copy.text(), &*base);
    }
}

/// 64 KB of BTF with kinds as frequent as in a kernel's: about 2,000 types that refer to each other at random.
std::string large_blob(numbers& random) {
    using enum btf::kind;
    constexpr std::uint32_t target = 48 * 1024;
    std::string strings(1, '\0');
    while (strings.size() < 16 * 1024) {
        for (std::uint32_t length = 1 + random() % 20; length > 0; --length)
            strings += static_cast<char>('a' + random() % 26);
        strings += '\0';
    }
    constexpr btf::kind common[] = {func,    func,   func,    func_proto, func_proto, ptr,      ptr,       struct_,
                                    struct_, union_, enum_,   array,      const_,     typedef_, volatile_, restrict_,
                                    int_,    var,    datasec, fwd,        float_,     decl_tag, type_tag,  enum64};
    std::string types;
    auto const word = [&](std::uint32_t value) { types.append(reinterpret_cast<char const*>(&value), 4); };
    std::vector<std::size_t> records;
    while (types.size() < target) {
        records.push_back(types.size());
        btf::kind const what = common[random() % std::size(common)];
        std::uint32_t const vlen = random() % 12;
        word(random() % static_cast<std::uint32_t>(strings.size()));
        word(wire::make_info(what, vlen, random() % 2 == 0));
        word(random() % 1000);
        for (std::uint32_t left = wire::trailing_size(wire::make_info(what, vlen)); left > 0; left -= 4)
            word(random() % 1000);
    }
    REQUIRE(records.size() >= 1000);
    std::string blob("\x9f\xeb\1\0", 4);
    if constexpr (std::endian::native == std::endian::big) std::swap(blob[0], blob[1]);
    for (std::size_t const value : {std::size_t{24}, std::size_t{0}, types.size(), types.size(), strings.size()}) {
        auto const small = static_cast<std::uint32_t>(value);
        blob.append(reinterpret_cast<char const*>(&small), 4);
    }
    return blob + types + strings;
}

TEST_CASE("btf hostile: random changes to as much BTF as a large object has") {
    numbers random{64};
    std::size_t taken = 0;
    for (int round = 0; round < 200; ++round) {
        std::string const whole = large_blob(random);
        exact_copy copy{whole};
        if (round % 2 == 1) mutate(copy, whole.size(), random);
        taken += read_whole(copy.text());
    }
    CHECK(taken >= 100);
}

} // namespace
