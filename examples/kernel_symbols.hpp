#pragma once
// The names of the kernel's functions, as /proc/kallsyms tells them.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

class kernel_symbols {
  public:
    kernel_symbols() {
        std::ifstream file{"/proc/kallsyms"};
        for (std::string line; std::getline(file, line);) {
            std::istringstream words{line};
            std::uint64_t address = 0;
            std::string type, name;
            if (!(words >> std::hex >> address >> type >> name) || address == 0) continue; // 0: not shown to everybody
            if (type == "t" || type == "T" || type == "w" || type == "W") functions_.emplace_back(address, name);
        }
        std::sort(functions_.begin(), functions_.end());
    }

    /// The function that an address is in, or the address itself.
    [[nodiscard]] std::string name(std::uint64_t address) const {
        auto const behind =
            std::upper_bound(functions_.begin(), functions_.end(), address,
                             [](std::uint64_t wanted, auto const& each) { return wanted < each.first; });
        if (behind != functions_.begin()) return std::prev(behind)->second;
        char text[24];
        std::snprintf(text, sizeof text, "0x%jx", static_cast<std::uintmax_t>(address));
        return text;
    }

  private:
    std::vector<std::pair<std::uint64_t, std::string>> functions_;
};
