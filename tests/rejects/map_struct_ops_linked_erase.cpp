// reject: the link registered these functions: detach it
#include <bpfxx/map/struct_ops.hpp>

struct functions {
    bpfxx::struct_ops_header common;
    std::uint64_t padding[7];
    bpfxx::struct_ops_function first;
};

#ifdef REJECT
using map = bpfxx::linked_struct_ops_map<functions>;
#else
using map = bpfxx::struct_ops_map<functions>;
#endif

auto gone(map const& ops) { return ops.erase(); }
