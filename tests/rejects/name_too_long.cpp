// reject: the name of a BPF object has at most 15 characters
#include <bpfxx/spec/name.hpp>

#ifdef REJECT
bpfxx::object_name bad = "sixteen_chars_xx";
#else
bpfxx::object_name good = "fifteen_chars_x";
#endif
