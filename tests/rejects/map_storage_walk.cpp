// reject: the kernel keeps each value with its owner: it has no list of them
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/local_storage.hpp>

#ifdef REJECT
using map = bpfxx::task_storage<int>;
#else
using map = bpfxx::array_map<int>;
#endif

auto walked(map const& values) { return values.entries(); }
