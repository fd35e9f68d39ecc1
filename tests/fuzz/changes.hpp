#pragma once
// Changes that break what formats mean rather than how they look.
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>

namespace fuzz {

/// Changes up to six places: a byte; a word that becomes a small number, such as an id, an offset or a section, or any
/// number, or the same as another word.
inline void change_words(std::span<std::uint8_t> bytes, std::mt19937& random) {
    if (bytes.size() < 4) return;
    for (auto left = 1 + random() % 6; left > 0; --left) {
        std::size_t const at = random() % (bytes.size() - 3);
        std::uint8_t* const word = bytes.data() + at / 4 * 4;
        auto const kind = random() % 4;
        if (kind == 0) bytes[at] = static_cast<std::uint8_t>(random());
        if (kind == 1) std::memmove(word, bytes.data() + random() % (bytes.size() - 3) / 4 * 4, 4);
        if (kind < 2) continue;
        auto const value = static_cast<std::uint32_t>(kind == 3 ? random() : random() % 64);
        for (std::size_t i = 0; i != 4; ++i) word[i] = static_cast<std::uint8_t>(value >> 8 * i & 0xff);
    }
}

} // namespace fuzz
