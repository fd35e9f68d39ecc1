// The running kernel's configuration, in each type that a variable may have.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool LINUX_HAS_BPF_COOKIE __kconfig __weak;
extern bool LINUX_HAS_SYSCALL_WRAPPER __kconfig __weak;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern enum libbpf_tristate CONFIG_BPF_JIT __kconfig;
extern char CONFIG_NET __kconfig;
extern unsigned int CONFIG_HZ __kconfig;
extern unsigned long CONFIG_NR_CPUS __kconfig __weak;
extern char CONFIG_DEFAULT_HOSTNAME[16] __kconfig __weak;
extern char CONFIG_CC_VERSION_TEXT[6] __kconfig __weak; // cut off
extern int CONFIG_NOT_THERE __kconfig __weak;
extern char CONFIG_NOT_THERE_EITHER[8] __kconfig __weak;

int version, hz, cpus, missing;
bool syscalls, cookie, wrapper;
enum libbpf_tristate jit;
char net, host, compiler;

SEC("raw_tp/sys_enter")
int read_all(void *context) {
    version = LINUX_KERNEL_VERSION;
    cookie = LINUX_HAS_BPF_COOKIE;
    wrapper = LINUX_HAS_SYSCALL_WRAPPER;
    syscalls = CONFIG_BPF_SYSCALL;
    jit = CONFIG_BPF_JIT;
    net = CONFIG_NET;
    hz = CONFIG_HZ;
    cpus = CONFIG_NR_CPUS;
    host = CONFIG_DEFAULT_HOSTNAME[0];
    compiler = CONFIG_CC_VERSION_TEXT[0];
    missing = CONFIG_NOT_THERE + CONFIG_NOT_THERE_EITHER[0];
    return 0;
}
