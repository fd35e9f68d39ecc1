#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx {

/// The kernel's number of a processor. Give one as `cpu_number{3}`.
enum class cpu_number : std::uint32_t {};

namespace detail {

/// Processors in ascending order, as the kernel prints a set of them: `0-3,8-11` and a line feed.
class cpu_list {
  public:
    /// Above every number that a kernel can be built for (CONFIG_NR_CPUS).
    static constexpr std::uint32_t limit = 8192;

    /// Nothing where a text is not such a list: taken for one, it would make buffers too small.
    [[nodiscard]] static constexpr std::optional<cpu_list> parse(std::string_view text) noexcept {
        cpu_list found;
        for (;;) {
            auto const first = take_number(text);
            if (!first) return std::nullopt;
            auto const last = take(text, '-') ? take_number(text) : first;
            if (!last || !found.add(*first, *last)) return std::nullopt;
            if (take(text, ',')) continue;
            if (text != "\n") return std::nullopt;
            return found;
        }
    }

    [[nodiscard]] constexpr std::uint32_t count() const noexcept { return count_; }

    [[nodiscard]] constexpr bool contains(std::uint32_t number) const noexcept {
        return number < limit && ((words_[number / 64] >> (number % 64)) & 1) != 0;
    }

    /// How many there are below `number`, which is at most `limit`.
    [[nodiscard]] constexpr std::uint32_t below(std::uint32_t number) const noexcept {
        int found = 0;
        for (std::uint32_t word = 0; word != number / 64; ++word) found += std::popcount(words_[word]);
        if (number % 64 != 0) found += std::popcount(words_[number / 64] << (64 - number % 64));
        return static_cast<std::uint32_t>(found);
    }

    /// The one that has `index` below it; `limit` where there are not so many.
    [[nodiscard]] constexpr std::uint32_t at(std::uint32_t index) const noexcept {
        for (std::uint32_t word = 0; word != words; ++word) {
            auto const here = static_cast<std::uint32_t>(std::popcount(words_[word]));
            if (index < here) return word * 64 + nth_bit(words_[word], index);
            index -= here;
        }
        return limit;
    }

  private:
    static constexpr std::uint32_t words = limit / 64;

    constexpr cpu_list() noexcept = default;

    static constexpr bool take(std::string_view& text, char wanted) noexcept {
        if (text.empty() || text[0] != wanted) return false;
        text.remove_prefix(1);
        return true;
    }

    static constexpr std::optional<std::uint32_t> take_number(std::string_view& text) noexcept {
        std::optional<std::uint32_t> number;
        for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1)) {
            number = number.value_or(0) * 10 + static_cast<std::uint32_t>(text[0] - '0');
            if (*number >= limit) return std::nullopt;
        }
        return number;
    }

    static constexpr std::uint32_t nth_bit(std::uint64_t word, std::uint32_t index) noexcept {
        for (; index != 0; --index) word &= word - 1;
        return static_cast<std::uint32_t>(std::countr_zero(word));
    }

    constexpr bool add(std::uint32_t first, std::uint32_t last) noexcept {
        if (last < first || (count_ != 0 && first <= last_)) return false;
        for (std::uint32_t number = first; number <= last; ++number)
            words_[number / 64] |= std::uint64_t{1} << (number % 64);
        count_ += last - first + 1;
        last_ = last;
        return true;
    }

    std::uint64_t words_[words]{};
    std::uint32_t count_ = 0;
    std::uint32_t last_ = 0;
};

} // namespace detail

} // namespace bpfxx
