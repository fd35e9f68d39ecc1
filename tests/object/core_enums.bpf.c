// Enumerators of the kernel: whether they exist, and what they are worth; of 32 and of 64 bits, signed and not.
#include "kernel.h"
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

enum bpf_func_id___co_re { BPF_FUNC_map_lookup_elem = 1000, BPF_FUNC_no_such_helper = 2000 };
enum no_such_enum { NO_SUCH_ENUMERATOR = 3 };
enum node_states { N_POSSIBLE = 77, N_ONLINE = 78 };
// Wider than an int: BTF_KIND_ENUM64, in the kernel of 32 bits or of 64.
enum bpf_map_type___wide { BPF_MAP_TYPE_LPM_TRIE___wide = 0x100000001ULL, BPF_MAP_TYPE_NONE___wide = 0x7000000000ULL };
enum wide_here { SMALL = -1, WIDE = 0x123456789abLL };
enum { ANONYMOUS = 5 };

__u64 exist[5], values[5];
enum wide_here wide = WIDE;

SEC("raw_tp/sys_enter")
int asked(void *context) {
    exist[0] = bpf_core_enum_value_exists(enum bpf_func_id___co_re, BPF_FUNC_map_lookup_elem);
    exist[1] = bpf_core_enum_value_exists(enum bpf_func_id___co_re, BPF_FUNC_no_such_helper);
    exist[2] = bpf_core_enum_value_exists(enum no_such_enum, NO_SUCH_ENUMERATOR);
    exist[3] = bpf_core_enum_value_exists(enum bpf_map_type___wide, BPF_MAP_TYPE_LPM_TRIE___wide);
    exist[4] = bpf_core_enum_value_exists(enum bpf_map_type___wide, BPF_MAP_TYPE_NONE___wide);
    values[0] = bpf_core_enum_value(enum bpf_func_id___co_re, BPF_FUNC_map_lookup_elem);
    values[1] = bpf_core_enum_value(enum node_states, N_ONLINE);
    values[2] = bpf_core_enum_value(enum bpf_map_type___wide, BPF_MAP_TYPE_LPM_TRIE___wide);
    values[3] = wide;
    return 0;
}
