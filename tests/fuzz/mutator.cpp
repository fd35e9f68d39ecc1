// How the fuzzer changes its inputs: as it does by itself, and every other time by whole words.
// SPDX-License-Identifier: BSL-1.0

#include "changes.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    std::mt19937 random{seed};
    if (random() % 2 == 0 || size < 4) return LLVMFuzzerMutate(data, size, most);
    fuzz::change_words({data, size}, random);
    return size;
}
