// Keys and values of every shape that a record has: integers, characters, bool, enums, arrays, nested structs and unions,
// pointers, bit fields, typedefs, floats.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

typedef __u32 address_t;
typedef struct {
    address_t address;
    __be16 port;
} endpoint_t;

enum kind { KIND_NONE, KIND_READ, KIND_WRITE = 5 };
enum signed_kind { LESS = -1, MORE = 1 };
enum wide_kind { NARROW, VERY_WIDE = 0x8000000000000000ULL };

struct record_key {
    __u32 pid;
    __u16 port;
    __u8 protocol;
    __s8 direction;
};

struct record {
    __u64 count;
    __s64 difference;
    __s16 small;
    bool flag;
    char letter;
    char name[16];
    __u8 bytes[6];
    enum kind kind;
    enum signed_kind sign;
    enum wide_kind wide;
    endpoint_t from;
    struct {
        __u32 low;
        __u32 high;
    } range;
    union {
        __u32 number;
        __u8 parts[4];
    } either;
    union {
        __u64 unnamed_a;
        __u32 unnamed_b;
    };
    endpoint_t history[3];
    __u32 matrix[2][3];
    void *pointer;
    __u32 three : 3;
    __u32 five : 5;
    __s32 signed_nine : 9;
    float ratio;
    double precise;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, struct record_key);
    __type(value, struct record);
} records SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 3);
    __type(key, enum kind);
    __type(value, endpoint_t);
} by_kind SEC(".maps");

struct record one;

SEC("raw_tp/sys_enter")
int fill(void *context) {
    __u64 thread = bpf_get_current_pid_tgid();
    __u32 pid = thread >> 32;
    struct record_key key = {.pid = pid, .port = 80, .protocol = 6, .direction = -1};
    one.count += 1;
    one.difference = -5;
    one.small = -2;
    one.flag = true;
    one.letter = 'x';
    bpf_get_current_comm(one.name, sizeof one.name);
    one.kind = KIND_WRITE;
    one.sign = LESS;
    one.wide = VERY_WIDE;
    one.from.address = 0x7f000001;
    one.from.port = 443;
    one.range.high = 9;
    one.either.number = 0x01020304;
    one.history[2].port = 22;
    one.matrix[1][2] = 12;
    one.three = 5;
    one.five = 17;
    one.signed_nine = -200;
    bpf_map_update_elem(&records, &key, &one, BPF_ANY);
    __u64 first = 1;
    __u64 *count = bpf_map_lookup_elem(&counts, &pid);
    if (count)
        __sync_fetch_and_add(count, 1);
    else
        bpf_map_update_elem(&counts, &pid, &first, BPF_ANY);
    return bpf_map_update_elem(&by_kind, &one.kind, &one.from, BPF_ANY);
}
