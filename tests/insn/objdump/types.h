// What the programs beside this need and no system header gives them: clang compiles them for BPF, where there is none.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define never_inlined static __attribute__((noinline))
