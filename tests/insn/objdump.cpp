// SPDX-License-Identifier: BSL-1.0

// What objdump.py compares with LLVM's tools:
//   objdump dump FILE [alu32]          prints the instructions in FILE, one a line: slot, tab, text
//   objdump read                       reads such texts and writes the slots
//   objdump random COUNT SEED FILE     prints random instructions that LLVM's assembler knows, and writes them to FILE

#include <bpfxx/insn/disassemble.hpp>
#include <bpfxx/insn/parse.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "random_slots.hpp"

namespace {

using namespace bpfxx::insn;

std::vector<instruction> slots_in(char const* path) {
    std::ifstream file{path, std::ios::binary};
    std::vector<char> const bytes{std::istreambuf_iterator<char>{file}, {}};
    std::vector<instruction> slots(bytes.size() / sizeof(instruction));
    std::memcpy(slots.data(), bytes.data(), slots.size() * sizeof(instruction));
    return slots;
}

template <class Stream>
void put(Stream& out, std::span<instruction const> slots) {
    out.write(reinterpret_cast<char const*>(slots.data()), static_cast<std::streamsize>(slots.size_bytes()));
}

int dump(char const* path, bool alu32) {
    auto const slots = slots_in(path);
    for (auto const& [slot, text] : disassembly(slots, {.alu32 = alu32})) std::printf("%zu\t%s\n", slot, text.c_str());
    return 0;
}

int read() {
    for (std::string line; std::getline(std::cin, line);) {
        auto const result = parse(line);
        if (!result) {
            std::cerr << line << ": " << result.problem().sentence << " at " << result.problem().position << '\n';
            return 1;
        }
        put(std::cout, result.instructions());
    }
    return 0;
}

/// What LLVM 19 has no text for, or one that does not say everything, or that its assembler takes for too far a jump.
bool only_ours(instruction const& first, std::string_view text) {
    if (text.starts_with("gotol")) return first.imm != static_cast<std::int16_t>(first.imm);
    for (std::string_view const part : {".insn", "call pc", "kfunc", "load_acquire", "store_release"})
        if (text.find(part) != text.npos) return true;
    if (text.starts_with("ld_pseudo")) return std::count(text.begin(), text.end(), ',') == 3;
    auto const indirect = text.find("skb[r");
    return indirect != text.npos && text.find(' ', indirect) != text.npos;
}

int random(unsigned long count, unsigned seed, char const* path) {
    std::ofstream file{path, std::ios::binary};
    tests::insn::random_slots source{seed};
    while (count != 0) {
        auto const slots = source.next();
        std::vector<instruction> const code(slots.begin(), slots.end());
        auto const text = (*disassembly(code, {.alu32 = count % 2 != 0}).begin()).text;
        if (only_ours(code[0], text.view())) continue;
        std::printf("%s\n", text.c_str());
        put(file, code);
        --count;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string_view> const arguments{argv + 1, argv + argc};
    if (arguments.size() >= 2 && arguments[0] == "dump") return dump(argv[2], arguments.size() == 3);
    if (arguments.size() == 1 && arguments[0] == "read") return read();
    if (arguments.size() == 4 && arguments[0] == "random")
        return random(std::strtoul(argv[2], nullptr, 10), static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10)),
                      argv[4]);
    std::fputs("usage: objdump dump FILE [alu32] | read | random COUNT SEED FILE\n", stderr);
    return 2;
}
