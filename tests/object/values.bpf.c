// Values with fields that the kernel knows: spin lock, timer, work queue, pointers to its objects, lists and trees.
#include "kernel.h"
#define __kptr_untrusted_of __attribute__((btf_type_tag("kptr_untrusted")))
#define __kptr_of __attribute__((btf_type_tag("kptr")))
#define __contains(name, node) __attribute__((btf_decl_tag("contains:" #name ":" #node)))

char LICENSE[] SEC("license") = "GPL";

extern void bpf_task_release(struct task_struct *task) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void *bpf_obj_new_impl(__u64 local_type_id, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *kptr, void *meta) __ksym;
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 off) __ksym;

struct with_lock {
    struct bpf_spin_lock lock;
    __u32 number;
};
struct with_timer {
    __u64 fired;
    struct bpf_timer timer;
};
struct with_pointer {
    struct task_struct __kptr_of *task;
    struct task_struct __kptr_untrusted_of *untrusted;
};
struct node {
    struct bpf_list_node link;
    __u64 number;
};
struct with_list {
    struct bpf_spin_lock lock;
    struct bpf_list_head head __contains(node, link);
};

#define ONE(name, value_type)                                                                                          \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_ARRAY);                                                                              \
        __uint(max_entries, 1);                                                                                        \
        __type(key, __u32);                                                                                            \
        __type(value, value_type);                                                                                     \
    } name SEC(".maps")

ONE(locks, struct with_lock);
ONE(timers, struct with_timer);
ONE(pointers, struct with_pointer);
ONE(lists, struct with_list);

static int fired(void *map, __u32 *key, struct with_timer *value) {
    value->fired += 1;
    return 0;
}

SEC("tc")
int lock_and_time(void *context) {
    __u32 zero = 0;
    struct with_lock *guarded = bpf_map_lookup_elem(&locks, &zero);
    if (guarded) {
        bpf_spin_lock(&guarded->lock);
        guarded->number += 1;
        bpf_spin_unlock(&guarded->lock);
    }
    struct with_timer *timed = bpf_map_lookup_elem(&timers, &zero);
    if (timed) {
        bpf_timer_init(&timed->timer, &timers, CLOCK_MONOTONIC);
        bpf_timer_set_callback(&timed->timer, fired);
        bpf_timer_start(&timed->timer, 1000, 0);
    }
    return TC_ACT_OK;
}

SEC("tp_btf/task_newtask")
int keep_task(__u64 *context) {
    __u32 zero = 0;
    struct with_pointer *kept = bpf_map_lookup_elem(&pointers, &zero);
    if (!kept)
        return 0;
    struct task_struct *task = bpf_task_acquire((struct task_struct *)context[0]);
    if (!task)
        return 0;
    struct task_struct *old = bpf_kptr_xchg(&kept->task, task);
    if (old)
        bpf_task_release(old);
    return 0;
}

SEC("tc")
int push(void *context) {
    __u32 zero = 0;
    struct with_list *list = bpf_map_lookup_elem(&lists, &zero);
    if (!list)
        return TC_ACT_OK;
    struct node *made = bpf_obj_new_impl(__builtin_btf_type_id(*(struct node *)0, 0), 0);
    if (!made)
        return TC_ACT_OK;
    made->number = 7;
    bpf_spin_lock(&list->lock);
    bpf_list_push_front_impl(&list->head, &made->link, 0, 0);
    bpf_spin_unlock(&list->lock);
    return TC_ACT_OK;
}
