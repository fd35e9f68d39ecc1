// Atomics: additions in every version, all the others since v3.
#include "types.h"

void add(u64* wide, u32* word, u64 value) {
    __sync_fetch_and_add(wide, value);
    __sync_fetch_and_add(word, (u32)value);
    __sync_fetch_and_add(wide - 5, 1);
    __sync_fetch_and_add(word + 5, 7);
}

#if __BPF_CPU_VERSION__ >= 3
#    define OPERATIONS(name, type)                                                                                     \
        type name(type* place, type value) {                                                                           \
            type r = __sync_fetch_and_add(place, value);                                                               \
            __sync_fetch_and_or(place + 1, value);                                                                     \
            __sync_fetch_and_and(place - 1, value);                                                                    \
            __sync_fetch_and_xor(place + 2, value);                                                                    \
            r ^= __sync_fetch_and_or(place - 2, value);                                                                \
            r ^= __sync_fetch_and_and(place + 3, value);                                                               \
            r ^= __sync_fetch_and_xor(place - 3, value);                                                               \
            r ^= __sync_fetch_and_sub(place + 4, value);                                                               \
            r ^= __sync_lock_test_and_set(place, value);                                                               \
            return r + __sync_val_compare_and_swap(place - 4, value, r);                                               \
        }

OPERATIONS(on_words, u32)
OPERATIONS(on_wide, u64)
#endif
