// The same as size_bpfxx.cpp, as a skeleton of libbpf's does it.
#include "counts_by_name.bpf.hpp"

#include <bpf/libbpf.h>

int main() {
    LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "counts_by_name");
    auto* const object = ::bpf_object__open_mem(counts_by_name_object, sizeof counts_by_name_object - 1, &options);
    if (object == nullptr || ::bpf_object__load(object) != 0) return 1;
    ::bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) {
        if (::bpf_program__attach(program) == nullptr) return 2;
    }
    return 0;
}
