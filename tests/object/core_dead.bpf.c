// Relocations that this kernel cannot resolve, in code that is not reached, each in another kind of instruction.
#include "kernel.h"
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct no_such_struct {
    int number;
    __u64 wide;
} FOUND_BY_CO_RE;
enum no_such_enum { NO_SUCH_ENUMERATOR = 0x1234567890LL };

const volatile bool reached = false;
__u64 result;

static __noinline int in_a_subprogram(struct no_such_struct *there) { return there->number; }

SEC("raw_tp/sys_enter")
int not_reached(__u64 *context) {
    struct no_such_struct *there = (struct no_such_struct *)context[0];
    if (!reached)
        return 0;
    result = there->wide;                                                      // a load
    there->number = 5;                                                         // a store of an immediate
    there->wide = result;                                                      // a store of a register
    result += bpf_core_enum_value(enum no_such_enum, NO_SUCH_ENUMERATOR);      // a 64-bit immediate
    result += __builtin_preserve_field_info(there->wide, BPF_FIELD_BYTE_SIZE); // a 32-bit immediate
    result += BPF_CORE_READ(there, number);                                    // an addition to a pointer
    return in_a_subprogram(there);
}
