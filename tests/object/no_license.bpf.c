// Without a licence: a program loads as long as it calls nothing that is for GPL alone.
#include "kernel.h"

SEC("socket")
int filter(struct __sk_buff *packet) { return packet->len; }
