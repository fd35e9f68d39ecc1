// Global variables in every kind of data section, exported and static, and the string literals' own sections.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

enum mode { off, on, automatic = 7 };
struct pair {
    __u16 low;
    __s64 high;
};

int set_before = 42;
struct pair pair_of_data = {1, -2};
static volatile int static_data = 5;
int zeroed = 0;
__u64 counters[4] = {};
static volatile __u8 static_zero;
const volatile int read_only = 17;
const volatile enum mode mode = automatic;
const volatile char name[8] = "bpfxx";
static const volatile __s32 static_read_only = -3;
const volatile __s32 table[3] = {10, 20, 30};

int custom_data SEC(".data.custom") = 11;
int custom_zero SEC(".bss.custom");
const volatile int custom_read_only SEC(".rodata.custom") = 12;
struct pair own_cache_line SEC(".data.aligned") __attribute__((aligned(64))) = {3, 4};
int hidden_custom __attribute__((visibility("hidden"))) SEC(".data.hidden") = 6;

SEC("raw_tp/sys_enter")
int use(void *context) {
    char buffer[16] = {};
    const char *literal = "a literal in .rodata.str1.1";
    bpf_probe_read_kernel_str(buffer, sizeof buffer, literal);
    zeroed += set_before + static_data + custom_data + custom_read_only + static_read_only + static_zero;
    static_data += read_only;
    static_zero += 1;
    custom_zero += buffer[0];
    hidden_custom += 1;
    own_cache_line.low += 1;
    counters[read_only & 3] += pair_of_data.high + (mode == automatic);
    if (name[0] == 'b')
        counters[1] += table[read_only & 1];
    return 0;
}
