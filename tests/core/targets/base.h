typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64; typedef long long s64; typedef signed char s8; typedef short s16; typedef int s32;
#define KEEP(t,n) t* keep_##n;
