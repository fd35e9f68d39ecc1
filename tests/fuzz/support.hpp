#pragma once
// What all targets need: assertions that end the process, and inputs cut into parts.
// SPDX-License-Identifier: BSL-1.0

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <source_location>
#include <string_view>
#include <type_traits>

namespace fuzz {

/// What a parser promises: where it does not hold, the fuzzer keeps the input.
inline void require(bool holds, std::source_location where = std::source_location::current()) {
    if (holds) return;
    std::fprintf(stderr, "%s:%u: a promise was broken\n", where.file_name(), static_cast<unsigned>(where.line()));
    std::abort();
}

/// Whether a part lies inside the whole; an empty one lies anywhere.
inline bool lies_in(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// A number for everything that was shown to it, so that nothing is left unread and two answers can be compared.
class digest {
  public:
    template <class Number>
        requires(std::is_integral_v<Number> || std::is_enum_v<Number>)
    void operator()(Number value) {
        sum_ = (sum_ ^ static_cast<std::uint64_t>(value)) * 0x100'0000'01b3;
        sum_ ^= sum_ >> 29;
    }
    void operator()(std::string_view text) {
        (*this)(text.size());
        for (char const letter : text) (*this)(static_cast<unsigned char>(letter));
    }

    friend bool operator==(digest const&, digest const&) = default;

  private:
    std::uint64_t sum_ = 0xcbf2'9ce4'8422'2325;
};

/// A copy that ends where its block ends, so that AddressSanitizer sees a read behind it, and starts at any address.
class exact_copy {
  public:
    explicit exact_copy(std::string_view text, std::size_t misaligned = 0)
        : bytes_{new char[misaligned + text.size()]}, start_{misaligned}, size_{text.size()} {
        std::copy(text.begin(), text.end(), bytes_.get() + start_);
    }
    [[nodiscard]] std::string_view text() const { return {bytes_.get() + start_, size_}; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t start_;
    std::size_t size_;
};

/// An input of several parts: a length of 32 bits stands before each but the last, and one too large takes all.
class parts {
  public:
    explicit parts(std::string_view all) : left_{all} {}

    [[nodiscard]] std::uint64_t number(std::size_t size) {
        std::uint64_t value = 0;
        for (std::size_t at = 0; at != size && !left_.empty(); ++at, left_.remove_prefix(1))
            value |= std::uint64_t{static_cast<unsigned char>(left_.front())} << 8 * at;
        return value;
    }
    [[nodiscard]] std::string_view next() {
        auto const wanted = number(4);
        auto const size = wanted < left_.size() ? static_cast<std::size_t>(wanted) : left_.size();
        auto const part = left_.substr(0, size);
        left_.remove_prefix(size);
        return part;
    }
    [[nodiscard]] std::string_view rest() const { return left_; }

  private:
    std::string_view left_;
};

/// Reads the same bytes twice, at another address: the answer is the same.
template <class Read>
int twice(std::uint8_t const* data, std::size_t size, Read read) {
    std::string_view const given{reinterpret_cast<char const*>(data), size};
    exact_copy const first{given};
    exact_copy const second{given, 1};
    require(read(first.text()) == read(second.text()));
    return 0;
}

} // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);
