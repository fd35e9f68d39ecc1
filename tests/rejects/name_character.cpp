// reject: the name of a BPF object may hold only letters, digits, '_' and '.'
#include <bpfxx/spec/name.hpp>

#ifdef REJECT
bpfxx::object_name bad = "my-flows";
#else
bpfxx::object_name good = "my_flows";
#endif
