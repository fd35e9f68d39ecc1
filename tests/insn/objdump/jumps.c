// Every comparison, of both widths, with registers and with constants.
#include "types.h"

extern u64 taken(u64);

#define COMPARISONS(name, type, constant)                                                                              \
    u64 name(type a, type b) {                                                                                         \
        u64 r = 0;                                                                                                     \
        if (a == b) r += taken(1);                                                                                     \
        if (a != constant) r += taken(2);                                                                              \
        if (a < b) r += taken(3);                                                                                      \
        if (a <= b) r += taken(4);                                                                                     \
        if (a > constant) r += taken(5);                                                                               \
        if (b >= a) r += taken(6);                                                                                     \
        if (a < constant - 3) r += taken(7);                                                                           \
        if (a & b) r += taken(8);                                                                                      \
        if (a & 0x40) r += taken(9);                                                                                   \
        if (b == constant) r += taken(10);                                                                             \
        return r;                                                                                                      \
    }

COMPARISONS(of_u32, u32, 1000u)
COMPARISONS(of_u64, u64, 100000ull)
COMPARISONS(of_s32, s32, -1000)
COMPARISONS(of_s64, s64, -100000ll)

u64 chosen(u32 what, u64 a, u64 b) {
    switch (what) {
    case 0: return a + b;
    case 7: return a - b;
    case 19: return a * b;
    case 200: return a ^ b;
    case 70000: return a | b;
    default: return 0;
    }
}
