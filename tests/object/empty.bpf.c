// Nothing but a licence: an object without programs and without maps.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";
