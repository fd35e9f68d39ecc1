// An arena without globals, its address left to who maps it.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

#define __arena __attribute__((address_space(1)))

struct {
    __uint(type, BPF_MAP_TYPE_ARENA);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 4);
} arena SEC(".maps");

extern void __arena *bpf_arena_alloc_pages(void *map, void __arena *address, __u32 count, int node, __u64 flags) __ksym;

int refused;

SEC("syscall")
int allocate(void *context) {
    int __arena *page = bpf_arena_alloc_pages(&arena, 0, 1, -1, 0);
    if (page)
        page[0] = 9;
    else
        refused = 1;
    return 0;
}
