// One half of linked.bpf.o: a map, a global and a function of the other half, and its own static ones of the same names.
#include "../kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} shared SEC(".maps");

extern int of_the_other;
extern int add_in_the_other(int number);
int of_this = 1;
static volatile int same_name = 10;
const volatile int limit_of_one = 100;

__weak int told_twice(int number) { return number + 1; }
static __noinline int same_static(int number) { return number + same_name; }

SEC("raw_tp/sys_enter")
int program_of_one(void *context) {
    __u32 key = 1;
    __u64 value = add_in_the_other(of_the_other) + same_static(of_this) + told_twice(limit_of_one);
    bpf_map_update_elem(&shared, &key, &value, BPF_ANY);
    return 0;
}
