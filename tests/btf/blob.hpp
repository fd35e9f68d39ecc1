#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace btf_test {

namespace btf = bpfxx::btf;
namespace wire = bpfxx::btf::wire;

/// Writes BTF in either byte order, also while compiling. Knows nothing of the reader's code but the `info` word.
class blob_builder {
  public:
    static constexpr std::size_t capacity = 2048;

    struct blob {
        std::array<char, 2 * capacity + 64> bytes{};
        std::size_t size = 0;

        [[nodiscard]] constexpr std::string_view text() const { return {bytes.data(), size}; }
    };

    constexpr explicit blob_builder(std::endian order) : order_{order} { strings_size_ = 1; }

    /// For split BTF: names go on after `first_string`.
    constexpr blob_builder(std::endian order, std::uint32_t first_string)
        : order_{order}, first_string_{first_string} {}

    constexpr std::uint32_t string(std::string_view text) {
        if (text.empty()) return 0;
        std::uint32_t const offset = first_string_ + strings_size_;
        for (char const letter : text) strings_[strings_size_++] = letter;
        strings_[strings_size_++] = '\0';
        return offset;
    }

    constexpr void record(std::string_view name, std::uint32_t info, std::uint32_t size_or_type) {
        std::uint32_t const offset = string(name);
        words({offset, info, size_or_type});
    }

    constexpr void named(std::string_view name, std::uint32_t second) { words({string(name), second}); }
    constexpr void named(std::string_view name, std::uint32_t second, std::uint32_t third) {
        words({string(name), second, third});
    }

    constexpr void words(std::initializer_list<std::uint32_t> values) {
        for (std::uint32_t const value : values) {
            put32(types_.data() + types_size_, value);
            types_size_ += 4;
        }
    }

    /// `gap` extra bytes lengthen the header, as a later format version would.
    [[nodiscard]] constexpr blob finish(std::uint32_t gap = 0) const {
        blob made;
        bool const little = order_ == std::endian::little;
        made.bytes[0] = static_cast<char>(little ? 0x9f : 0xeb);
        made.bytes[1] = static_cast<char>(little ? 0xeb : 0x9f);
        made.bytes[2] = 1;
        std::uint32_t at = 4;
        for (std::uint32_t const value : {24 + gap, 0U, types_size_, types_size_, strings_size_}) {
            put32(made.bytes.data() + at, value);
            at += 4;
        }
        at += gap;
        for (std::uint32_t i = 0; i < types_size_; ++i) made.bytes[at++] = types_[i];
        for (std::uint32_t i = 0; i < strings_size_; ++i) made.bytes[at++] = strings_[i];
        made.size = at;
        return made;
    }

    [[nodiscard]] constexpr std::uint32_t strings_size() const { return strings_size_; }

  private:
    constexpr void put32(char* at, std::uint32_t value) const {
        for (unsigned i = 0; i < 4; ++i) {
            unsigned const shift = order_ == std::endian::little ? 8 * i : 24 - 8 * i;
            at[i] = static_cast<char>(static_cast<unsigned char>(value >> shift));
        }
    }

    std::array<char, capacity> types_{};
    std::array<char, capacity> strings_{};
    std::uint32_t types_size_ = 0;
    std::uint32_t strings_size_ = 0;
    std::endian order_;
    std::uint32_t first_string_ = 0;
};

/// All 19 kinds, and two typedefs that refer to each other.
constexpr blob_builder write_sample(std::endian order) {
    using enum btf::kind;
    using wire::make_info;
    blob_builder out{order};
    out.record("int", make_info(int_), 4); // 1
    out.words({0x0100'0020});
    out.record("char", make_info(int_), 1); // 2
    out.words({0x0200'0008});
    out.record("", make_info(ptr), 0);   // 3: void*
    out.record("", make_info(array), 0); // 4: int[6]
    out.words({1, 2, 6});
    out.record("outer", make_info(struct_, 5, true), 24); // 5
    out.named("first", 1, 0);
    out.named("", 6, 32);
    out.named("low", 1, 3U << 24 | 96);
    out.named("", 1, 5U << 24 | 99); // padding bits
    out.named("last", 10, 128);
    out.record("", make_info(union_, 2), 8); // 6
    out.named("whole", 3, 0);
    out.named("pair", 7, 0);
    out.record("pair", make_info(struct_, 2), 8); // 7
    out.named("left", 1, 0);
    out.named("right", 1, 32);
    out.record("color", make_info(enum_, 2, true), 4); // 8
    out.named("RED", 0xffff'ffff);
    out.named("GREEN", 7);
    out.record("later", make_info(fwd, 0, true), 0); // 9
    out.record("number", make_info(typedef_), 11);   // 10
    out.record("", make_info(volatile_), 12);        // 11
    out.record("", make_info(const_), 1);            // 12
    out.record("", make_info(restrict_), 3);         // 13
    out.record("", make_info(func_proto, 2), 1);     // 14
    out.named("format", 3);
    out.words({0, 0});
    out.record("work", make_info(func, 1), 14); // 15
    out.record("counter", make_info(var), 4);   // 16
    out.words({1});
    out.record(".bss", make_info(datasec, 2), 32); // 17
    out.words({16, 8, 24});
    out.words({15, 0, 0});
    out.record("double", make_info(float_), 8);  // 18
    out.record("shown", make_info(decl_tag), 5); // 19
    out.words({1});
    out.record("user", make_info(type_tag), 3);  // 20
    out.record("wide", make_info(enum64, 2), 8); // 21
    out.named("HUGE_VALUE", 1, 0xffff'ffff);
    out.named("SMALL", 2, 0);
    out.record("chicken", make_info(typedef_), 23); // 22
    out.record("egg", make_info(typedef_), 22);     // 23
    out.record("pair", make_info(struct_, 1), 4);   // 24: the name of 7 again
    out.named("other", 1, 0);
    return out;
}

inline constexpr std::uint32_t sample_count = 24;

constexpr blob_builder::blob make_sample(std::endian order) { return write_sample(order).finish(); }

/// The sample of one byte order, parsed and indexed while compiling.
template <std::endian Order>
struct sample {
    static constexpr blob_builder::blob blob = make_sample(Order);
    static constexpr btf::view view = *btf::view::parse(blob.text());
    static constexpr std::array<std::uint32_t, view.index_size()> offsets = [] {
        std::array<std::uint32_t, view.index_size()> storage{};
        if (!view.index(storage)) storage = {};
        return storage;
    }();
    static constexpr btf::indexed_view index = *view.adopt(offsets);

    static constexpr btf::type type(std::uint32_t id) { return index.type(btf::type_id{id}); }
};

inline constexpr std::endian foreign =
    std::endian::native == std::endian::little ? std::endian::big : std::endian::little;

} // namespace btf_test
