// Loads and stores of every size, with zeros and with the sign above, before and behind the base.
#include "types.h"

struct record {
    u8 byte;
    s8 signed_byte;
    u16 half;
    s16 signed_half;
    u32 word;
    s32 signed_word;
    u64 wide;
    s64 signed_wide;
};

u64 sum(struct record const* r) {
    return r->byte + r->half + r->word + r->wide + (r - 3)->byte + (r - 3)->half + (r - 3)->word + (r - 3)->wide;
}

s64 signed_sum(struct record const* r) { return r->signed_byte + r->signed_half + r->signed_word + r->signed_wide; }

s64 widened(s8 a, s16 b, s32 c, u64 d) { return (s64)a + (s64)b + (s64)c + (s64)(s8)d + (s64)(s16)d + (s64)(s32)d; }

s32 widened_to_32(u32 a) { return (s32)(s8)a + (s32)(s16)a; }

void fill(struct record* r, u64 value) {
    r->byte = value;
    r->half = value;
    r->word = value;
    r->wide = value;
    (r - 9)->signed_byte = -1;
    (r - 9)->signed_half = -2;
    (r - 9)->signed_word = -3;
    (r - 9)->signed_wide = -4;
    (r + 100)->byte = 255;
    (r + 100)->half = 0x8000;
    (r + 100)->word = 0x80000000;
    (r + 100)->wide = 0x7fffffff;
}

u64 on_the_stack(u64 n) {
    u64 volatile slots[16];
    u8 volatile bytes[8];
    for (u64 i = 0; i < 16; ++i) slots[i] = i * n;
    bytes[n & 7] = n;
    return slots[n & 15] + bytes[3];
}
