// peer OBJECT TARGET: loads an object with libbpf against the types of a target, and prints what libbpf says meanwhile.
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>

static int print(enum libbpf_print_level level, const char *format, va_list arguments) {
    (void)level;
    return vprintf(format, arguments);
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = arguments[2]);
    libbpf_set_print(print);
    struct bpf_object *object = bpf_object__open_file(arguments[1], &options);
    if (!object) return 1;
    bpf_object__load(object); // that programs so relocated are refused does not matter
    bpf_object__close(object);
    return 0;
}
