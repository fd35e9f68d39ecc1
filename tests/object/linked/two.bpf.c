// The other half of linked.bpf.o.
#include "../kernel.h"

char LICENSE[] SEC("license") = "GPL";

extern struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} shared SEC(".maps");

int of_the_other = 2;
extern int of_this;
static volatile int same_name = 20;

__weak int told_twice(int number) { return number + 2; }
static __noinline int same_static(int number) { return number * same_name; }

__noinline int add_in_the_other(int number) { return number + same_static(number); }

SEC("raw_tp/sys_exit")
int program_of_two(void *context) {
    __u32 key = 1;
    __u64 *value = bpf_map_lookup_elem(&shared, &key);
    if (value)
        *value += told_twice(of_this);
    return 0;
}

SEC("raw_tp/sys_enter")
int second_in_its_section(void *context) { return same_static(3); }
