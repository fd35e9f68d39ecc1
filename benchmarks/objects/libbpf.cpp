// What a skeleton of libbpf does: the object's bytes are in the program, and parsed each time.
#include "rival.hpp"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <vector>

namespace objects {

namespace {

int silent(libbpf_print_level, char const*, va_list) { return 0; }

bool attach_all(::bpf_object* object, std::vector<::bpf_link*>& links) {
    ::bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) {
        auto* const link = ::bpf_program__attach(program);
        if (link == nullptr) return false;
        links.push_back(link);
    }
    return true;
}

template <std::string_view (*Bytes)()>
bool cycle(how_far far, int times) {
    ::libbpf_set_print(silent);
    bool done = true;
    std::vector<::bpf_link*> links;
    for (int i = 0; done && i != times; ++i) {
        auto const bytes = Bytes();
        LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "object");
        auto* const object = ::bpf_object__open_mem(bytes.data(), bytes.size(), &options);
        done = object != nullptr && ::bpf_object__load(object) == 0;
        if (done && far == how_far::attach) done = attach_all(object, links);
        for (auto* const link : links) ::bpf_link__destroy(link);
        links.clear();
        ::bpf_object__close(object);
    }
    return done;
}

} // namespace

rival const by_libbpf{"libbpf", cycle<small_object>, cycle<relocated_object>};

} // namespace objects
