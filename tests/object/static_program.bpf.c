// A static function in a program's section: libbpf refuses it.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

static SEC("raw_tp/sys_enter") __noinline int not_exported(int number) { return number + 1; }

SEC("raw_tp/sys_enter")
int exported(void *context) { return not_exported(bpf_get_smp_processor_id()); }
