// Arithmetic of both widths, with registers and with constants.
#include "types.h"

#define ALL(name, type)                                                                                                \
    type name(type a, type b, type c) {                                                                                \
        type r = a + b;                                                                                                \
        r ^= c * 7;                                                                                                    \
        r = r - (b | c);                                                                                               \
        r = r * a + (b & 0x7fffff00);                                                                                  \
        r += b << (c & (sizeof(type) * 8 - 1));                                                                        \
        r ^= a >> (c & (sizeof(type) * 8 - 1));                                                                        \
        r -= c >> 3;                                                                                                   \
        r |= a << 5;                                                                                                   \
        r = -r + (~b & c);                                                                                             \
        return r ^ 0x55aa;                                                                                             \
    }

ALL(all_u32, u32)
ALL(all_u64, u64)
ALL(all_s32, s32)
ALL(all_s64, s64)

u64 divided(u64 a, u64 b, u32 c, u32 d) { return a / b + a % b + c / d + c % d + a / 1000 + c % 1000; }

u64 constants(u64 a) { return (a ^ 0x0123456789abcdefull) + (a & 0xffffffff00000000ull) - (a | 0x80000000ull); }

#if __BPF_CPU_VERSION__ >= 4
s64 divided_with_signs(s64 a, s64 b, s32 c, s32 d) { return a / b + a % b + c / d + c % d + a / -1000 + c % 1000; }
#endif
