// Options of the kernel in variables of every type that may hold one; tests give the configuration.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

typedef const volatile int qualified;

extern bool CONFIG_BOOL __kconfig __weak;
extern enum libbpf_tristate CONFIG_TRISTATE __kconfig __weak;
extern char CONFIG_CHAR __kconfig __weak;
extern signed char CONFIG_S8 __kconfig __weak;
extern unsigned char CONFIG_U8 __kconfig __weak;
extern short CONFIG_S16 __kconfig __weak;
extern unsigned short CONFIG_U16 __kconfig __weak;
extern int CONFIG_S32 __kconfig __weak;
extern unsigned int CONFIG_U32 __kconfig __weak;
extern long long CONFIG_S64 __kconfig __weak;
extern unsigned long long CONFIG_U64 __kconfig __weak;
extern qualified CONFIG_QUALIFIED __kconfig __weak;
extern char CONFIG_TEXT[8] __kconfig __weak;
extern unsigned char CONFIG_LETTER[1] __kconfig __weak;
extern char CONFIG_ODD[5] __kconfig __weak;

long long sum;

SEC("raw_tp/sys_enter")
int read_all(void *context) {
    sum = CONFIG_BOOL + CONFIG_TRISTATE + CONFIG_CHAR + CONFIG_S8 + CONFIG_U8 + CONFIG_S16 + CONFIG_U16 + CONFIG_S32 +
          CONFIG_U32 + CONFIG_S64 + CONFIG_U64 + CONFIG_QUALIFIED + CONFIG_TEXT[0] + CONFIG_TEXT[7] + CONFIG_LETTER[0] +
          CONFIG_ODD[4];
    return 0;
}
