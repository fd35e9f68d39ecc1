// Byte order, and the unconditional swaps that v4 makes of it.
#include "types.h"

u64 swapped(u16 a, u32 b, u64 c) { return __builtin_bswap16(a) + __builtin_bswap32(b) + __builtin_bswap64(c); }

u64 in_memory(u16 const* a, u32 const* b, u64 const* c) {
    return __builtin_bswap16(*a) ^ __builtin_bswap32(*b) ^ __builtin_bswap64(*c);
}

u64 spelled_out(u64 value) {
    u64 r = value;
    __asm__ volatile("%0 = be16 %0" : "+r"(r));
    __asm__ volatile("%0 = be32 %0" : "+r"(r));
    __asm__ volatile("%0 = be64 %0" : "+r"(r));
    __asm__ volatile("%0 = le16 %0" : "+r"(r));
    __asm__ volatile("%0 = le32 %0" : "+r"(r));
    __asm__ volatile("%0 = le64 %0" : "+r"(r));
    return r;
}
