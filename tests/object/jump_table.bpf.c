// A jump whose target is read from a table, written by hand since it takes LLVM 22 to make one; and a section of programs
// that no kernel has, which is not asked for.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

__attribute__((naked)) SEC("socket") int jumps(void) {
    asm volatile(".pushsection .jumptables,\"\",@progbits;"
                 "targets_of_jumps:"
                 ".quad first_of_jumps - socket;"
                 ".quad second_of_jumps - socket;"
                 ".size targets_of_jumps, 16;"
                 ".global targets_of_jumps;"
                 ".popsection;"
                 "r0 = targets_of_jumps ll;"
                 "r0 = *(u64 *)(r0 + 8);"
                 ".8byte 0x0d;" // gotox r0
                 "first_of_jumps: r0 = 1; exit;"
                 "second_of_jumps: r0 = 2; exit;" ::
                     : "r0");
}

__attribute__((naked)) SEC("socket") int reads_table(void) {
    asm volatile("r0 = targets_of_jumps ll;"
                 "r0 = *(u64 *)(r0 + 8);"
                 "exit;" ::
                     : "r0");
}

SEC("socket")
int goes_straight(void* context) { return 0; }

PROGRAM("?of_a_kind_to_come/target", is_of_no_kind, 0)
