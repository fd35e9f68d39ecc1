// reject: a stack has one frame at least
#include <bpfxx/map/stack_trace.hpp>

#ifdef REJECT
using map = bpfxx::stack_trace_map<0>;
#else
using map = bpfxx::stack_trace_map<1>;
#endif

auto found(map const& stacks) { return stacks.contains(1); }
