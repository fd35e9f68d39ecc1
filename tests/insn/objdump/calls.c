// Calls: helpers by number, functions of the same file, functions of another one, and the packet loads that are calls to
// the compiler.
#include "types.h"

static void* (*lookup)(void*, void const*) = (void*)1;
static s64 (*update)(void*, void const*, void const*, u64) = (void*)2;
static u64 (*now)(void) = (void*)5;
static s64 (*print)(char const*, u32, ...) = (void*)6;
static u64 (*current)(void) = (void*)14;
static s64 (*for_each)(void*, void*, void*, u64) = (void*)164;

extern u64 elsewhere(u64, u64);
u64 load_byte(void*, u64) __asm__("llvm.bpf.load.byte");
u64 load_half(void*, u64) __asm__("llvm.bpf.load.half");
u64 load_word(void*, u64) __asm__("llvm.bpf.load.word");

struct map {
    u32 type, key_size, value_size, entries;
} counts __attribute__((section("maps")));

u64 total;
u32 const limit = 100;

never_inlined u64 weighed(u64 a, u64 b) { return a * 3 + (b >> 2) + now(); }

never_inlined s64 visit(void* map, u32 const* key, u64* value, u64* context) {
    *context += *value + *key;
    return *value > 1000;
}

u64 counted(void* context) {
    u32 key = current() >> 32;
    u64* value = lookup(&counts, &key);
    if (!value) {
        u64 first = 1;
        return update(&counts, &key, &first, 0);
    }
    *value += 1;
    total += weighed(*value, elsewhere(key, limit));
    char const format[] = "%d has %d\n";
    print(format, sizeof(format), key, *value);
    return total;
}

u64 visited(void* context) {
    u64 sum = 0;
    for_each(&counts, visit, &sum, 0);
    return sum;
}

u64 packet(void* packet, u64 at) {
    return load_byte(packet, 23) + load_half(packet, 12) + load_word(packet, 26) + load_half(packet, at + 2);
}

u64 indirect(u64 (*whom)(u64), u64 with) { return whom(with) + 1; }
