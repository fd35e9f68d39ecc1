// reject: a map value is copied byte for byte: make it a trivially copyable, standard layout type without pointers
#include <bpfxx/map/per_cpu.hpp>

#ifdef REJECT
using counted = int*;
#else
using counted = int;
#endif

std::size_t size_of_a_value() { return sizeof(bpfxx::per_cpu_slot<counted>); }
