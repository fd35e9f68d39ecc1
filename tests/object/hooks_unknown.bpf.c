// A section that names no kind of program: its type has to be given, or it does not load.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("no_such_section/anything", nowhere, 0)
