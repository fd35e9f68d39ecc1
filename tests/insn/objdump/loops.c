// Loops that stay, loops that are unrolled, and jumps backwards.
#include "types.h"

u32 checksum(u16 const* data, u32 count) {
    u32 sum = 0;
#pragma clang loop unroll(disable)
    for (u32 i = 0; i < count; ++i) sum += data[i];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

u64 unrolled(u8 const* data) {
    u64 hash = 0xcbf29ce484222325ull;
#pragma unroll
    for (int i = 0; i < 32; ++i) hash = (hash ^ data[i]) * 0x100000001b3ull;
    return hash;
}

u32 hashed(u32 const* words, u32 count, u32 seed) {
    u32 a = 0xdeadbeef + seed, b = a, c = a;
#pragma unroll
    for (int i = 0; i < 8; ++i) {
        a -= c, a ^= (c << 4) | (c >> 28), c += b;
        b -= a, b ^= (a << 6) | (a >> 26), a += c;
        c -= b, c ^= (b << 8) | (b >> 24), b += a;
        a += words[i];
    }
    return a ^ b ^ c ^ count;
}

s64 search(s64 const* sorted, s64 count, s64 wanted) {
    s64 low = 0, high = count - 1;
    while (low <= high) {
        s64 middle = low + ((high - low) >> 1);
        if (sorted[middle] == wanted) return middle;
        if (sorted[middle] < wanted)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return -1;
}
