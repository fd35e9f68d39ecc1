#pragma once
// Random classic filters: wild ones, ones that are nearly right, and ones that are all about scratch memory.

#include <bpfxx/classic/instruction.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace tests::classic {

using bpfxx::classic::instruction;
using bpfxx::classic::opcode;

inline constexpr std::uint16_t opcodes[] = {
    0x00, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x60, 0x80, 0x01, 0x61, 0x81, 0xb1, 0x02, 0x03, 0x04, 0x0c,
    0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0x94, 0x9c,
    0xa4, 0xac, 0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x06, 0x16, 0x07, 0x87};

/// Values on both sides of every limit that the kernel knows.
inline constexpr std::uint32_t edges[] = {
    0,          1,          2,          3,          7,          14,         15,         16,
    17,         31,         32,         33,         63,         64,         255,        256,
    0x7fff,     0x8000,     0xffff,     0x10000,    0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe,
    0xffffffff, 0xffffefff, 0xfffff000, 0xfffff001, 0xfffff004, 0xfffff028, 0xfffff03b, 0xfffff03c,
    0xfffff03d, 0xfffff040, 0xfff00000, 0xffe00000, 0xffdfffff};

class random_filter {
  public:
    explicit random_filter(std::uint64_t seed) : engine_{seed} {}

    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }
    bool one_in(std::uint32_t times) { return below(times) == 0; }

    template <class T, std::size_t N>
    T any_of(T const (&choices)[N]) {
        return choices[below(N)];
    }

    std::uint32_t value() { return one_in(2) ? any_of(edges) : static_cast<std::uint32_t>(engine_() >> below(64)); }

    std::size_t length() {
        if (one_in(50)) return 200 + below(200);
        return 1 + below(one_in(2) ? 8 : 40);
    }

    /// Anything at all.
    std::vector<instruction> wild() {
        std::vector<instruction> code(one_in(100) ? 0 : length());
        for (auto& one : code) {
            one = {one_in(8) ? static_cast<std::uint16_t>(engine_() & (one_in(2) ? 0xff : 0xffff)) : any_of(opcodes),
                   static_cast<std::uint8_t>(below(one_in(2) ? 4 : 256)),
                   static_cast<std::uint8_t>(below(one_in(2) ? 4 : 256)), value()};
        }
        return code;
    }

    /// A right instruction, but for what scratch memory holds; `left` come after it.
    instruction right(std::size_t left) {
        for (;;) {
            auto const code = any_of(opcodes);
            instruction one{code, 0, 0, value()};
            switch (opcode{code}) {
            case opcode::div_k:
            case opcode::mod_k: one.k = std::max<std::uint32_t>(one.k, 1); return one;
            case opcode::lsh_k:
            case opcode::rsh_k: one.k %= 32; return one;
            case opcode::ld_mem:
            case opcode::ldx_mem:
            case opcode::st:
            case opcode::stx: one.k %= 16; return one;
            case opcode::ld_w_abs:
            case opcode::ld_h_abs:
            case opcode::ld_b_abs:
                if (one.k >= 0xfffff000) one.k = 0xfffff000 + 4 * (one.k % 16);
                return one;
            case opcode::ja:
                if (left == 0) continue;
                one.k = below(static_cast<std::uint32_t>(left));
                return one;
            default: break;
            }
            if ((code & 7) != 5) return one;
            if (left == 0) continue;
            auto const reach = static_cast<std::uint32_t>(std::min<std::size_t>(left, 256));
            one.jt = static_cast<std::uint8_t>(below(reach));
            one.jf = static_cast<std::uint8_t>(below(reach));
            return one;
        }
    }

    /// Right as far as single instructions go; half of them then get one thing wrong, or perhaps not.
    std::vector<instruction> nearly_right() {
        auto code = right_all(length());
        if (one_in(2)) spoil(code);
        return code;
    }

    /// Stores, loads, jumps and returns: right or not by the paths between them.
    std::vector<instruction> scratchy() {
        static constexpr std::uint16_t some[] = {0x02, 0x03, 0x02, 0x03, 0x60, 0x61, 0x05,
                                                 0x15, 0x1d, 0x25, 0x45, 0x06, 0x16, 0x04};
        std::vector<instruction> code(2 + below(14));
        auto const cells = 1 + below(3);
        for (std::size_t i = 0; i != code.size(); ++i) {
            auto const left = code.size() - i - 1;
            auto const picked = left == 0 ? std::uint16_t{6} : any_of(some);
            auto const reach = static_cast<std::uint32_t>(std::max<std::size_t>(left, 1));
            bool const jumps = (picked & 7) == 5;
            code[i] = {picked, static_cast<std::uint8_t>(jumps ? below(reach) : 0),
                       static_cast<std::uint8_t>(jumps ? below(reach) : 0), picked == 5 ? below(reach) : below(cells)};
        }
        return code;
    }

    std::vector<instruction> right_all(std::size_t count) {
        std::vector<instruction> code(count);
        for (std::size_t i = 0; i != count; ++i) code[i] = right(count - i - 1);
        code.back() = one_in(2) ? instruction{0x06, 0, 0, value()} : instruction{0x16, 0, 0, 0};
        if (one_in(2)) store_all_first(code);
        return code;
    }

    void store_all_first(std::vector<instruction>& code) {
        for (std::uint32_t i = 0; i != 16; ++i)
            code.insert(code.begin(), {one_in(2) ? std::uint16_t{2} : std::uint16_t{3}, 0, 0, i});
    }

    void spoil(std::vector<instruction>& code) {
        auto& one = code[below(static_cast<std::uint32_t>(code.size()))];
        switch (below(5)) {
        case 0: one.code = one_in(2) ? any_of(opcodes) : static_cast<std::uint16_t>(below(0x100)); break;
        case 1: one.k = value(); break;
        case 2: one.jt = static_cast<std::uint8_t>(value()); break;
        case 3: one.jf = static_cast<std::uint8_t>(value()); break;
        case 4: code.erase(code.begin() + below(static_cast<std::uint32_t>(code.size()))); break;
        }
    }

  private:
    std::mt19937_64 engine_;
};

} // namespace tests::classic
