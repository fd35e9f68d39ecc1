// replay SEEDS ROUNDS: runs a target on every seed and on so many changes of them, always the same ones: for compilers
// that have no fuzzer. `replay FILE` runs it on one input, such as one that a fuzzer kept. With BPFXX_FUZZ_KEEP=FILE each
// input is written there before it is run, so that the one that broke a promise is there afterwards.
// SPDX-License-Identifier: BSL-1.0

#include "changes.hpp"
#include "support.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

std::string read_file(std::filesystem::path const& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void run(std::string const& input) {
    if (char const* const kept = std::getenv("BPFXX_FUZZ_KEEP"))
        std::ofstream{kept, std::ios::binary}.write(input.data(), static_cast<std::streamsize>(input.size()));
    auto const data = std::make_unique<std::uint8_t[]>(input.size()); // exactly so much
    std::copy(input.begin(), input.end(), data.get());
    LLVMFuzzerTestOneInput(data.get(), input.size());
}

std::string changed(std::string input, std::mt19937& random) {
    if (random() % 16 == 0) input.resize(random() % (input.size() + 1));
    fuzz::change_words({reinterpret_cast<std::uint8_t*>(input.data()), input.size()}, random);
    return input;
}

} // namespace

int main(int count, char** arguments) {
    std::filesystem::path const given{count > 1 ? arguments[1] : ""};
    if (std::filesystem::is_regular_file(given)) return run(read_file(given)), 0;
    if (count != 3 || !std::filesystem::is_directory(given)) return 2;
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator{given}) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (files.empty()) return 2;
    std::vector<std::string> seeds;
    for (auto const& file : files) run(seeds.emplace_back(read_file(file)));
    std::mt19937 random{20'261'121};
    for (long left = std::stol(arguments[2]); left > 0; --left) run(changed(seeds[random() % seeds.size()], random));
}
