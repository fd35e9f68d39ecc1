// The object that app.cpp has in it: it says by a flag of the compiler's, and an included file, that those arrive.
#include "shared.h"

char LICENSE[] __attribute__((section("license"), used)) = "GPL";
unsigned answer = ANSWER;

__attribute__((section("socket"), used)) int filter(void *packet) { return HOW_MUCH + answer; }
