// A work queue in a value: its callback is given to a function of the kernel.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

extern int bpf_wq_init(struct bpf_wq *wq, void *map, unsigned int flags) __ksym;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, int (*callback)(void *map, int *key, void *value),
                                    unsigned int flags, void *aux) __ksym;

struct with_work {
    int done;
    struct bpf_wq work;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, int);
    __type(value, struct with_work);
} works SEC(".maps");

static int later(void *map, int *key, void *value) {
    struct with_work *with = value;
    with->done += 1;
    return 0;
}

SEC("tc")
int start(void *context) {
    int zero = 0;
    struct with_work *with = bpf_map_lookup_elem(&works, &zero);
    if (!with || bpf_wq_init(&with->work, &works, 0))
        return TC_ACT_OK;
    if (!bpf_wq_set_callback_impl(&with->work, later, 0, 0))
        bpf_wq_start(&with->work, 0);
    return TC_ACT_OK;
}
