// An arena: pages that programs and user space share, and globals that live in them.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

#define __arena __attribute__((address_space(1)))

struct {
    __uint(type, BPF_MAP_TYPE_ARENA);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 10);
    __ulong(map_extra, 1ULL << 44); // where user space and programs see it
} arena SEC(".maps");

extern void __arena *bpf_arena_alloc_pages(void *map, void __arena *address, __u32 count, int node, __u64 flags) __ksym;
extern void bpf_arena_free_pages(void *map, void __arena *address, __u32 count) __ksym;

int __arena in_the_arena = 3;
__u64 __arena zero_in_the_arena;
int __arena *__arena pointer;
int outside;

SEC("syscall")
int allocate(void *context) {
    int __arena *page = bpf_arena_alloc_pages(&arena, 0, 1, -1, 0);
    if (!page)
        return 1;
    page[1] = in_the_arena + outside;
    zero_in_the_arena += 1;
    pointer = page;
    bpf_arena_free_pages(&arena, page, 1);
    return 0;
}
