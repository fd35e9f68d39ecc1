// reject: the name of a BPF object is a string literal: this array does not end in 0
#include <bpfxx/spec/name.hpp>

constexpr char ends_in_0[] = {'f', 'l', 'o', 'w', 's', '\0'};
constexpr char ends_in_s[] = {'f', 'l', 'o', 'w', 's'};

#ifdef REJECT
bpfxx::object_name bad = ends_in_s;
#else
bpfxx::object_name good = ends_in_0;
static_assert(bpfxx::object_name{ends_in_0}.view() == "flows" && sizeof ends_in_s == 5);
#endif
