// What bpf-gcc 12 makes: BTF of which the kernel does not know the encoding of `char` (libbpf then loads without it), data
// sections that are empty, a .comment, and no .BTF.ext to speak of.
// No <bpf/bpf_helpers.h>, whose every type would come along.
typedef unsigned int u32;
typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))

char LICENSE[] SEC("license") = "GPL";

struct value {
    u64 count;
    u32 last_cpu;
};

struct {
    int (*type)[1]; // BPF_MAP_TYPE_HASH
    int (*max_entries)[16];
    u32 *key;
    struct value *value;
} counts SEC(".maps");

// One variable in each section: bpf-gcc 12 counts the offset of a second one twice.
int wanted_pid;
u64 seen = 5;

void *look_up(void *map, const void *key) __attribute__((kernel_helper(1)));
long update(void *map, const void *key, const void *value, u64 flags) __attribute__((kernel_helper(2)));
u32 processor(void) __attribute__((kernel_helper(8)));
u64 pid_and_thread(void) __attribute__((kernel_helper(14)));

SEC("tp/syscalls/sys_enter_write")
int count_writes(void *context) {
    u32 pid = pid_and_thread() >> 32;
    if (wanted_pid && pid != wanted_pid)
        return 0;
    seen += 1;
    struct value *value = look_up(&counts, &pid);
    if (value) {
        value->count += 1;
        value->last_cpu = processor();
        return 0;
    }
    struct value made = {};
    made.count = 1;
    made.last_cpu = processor();
    update(&counts, &pid, &made, 0);
    return 0;
}
