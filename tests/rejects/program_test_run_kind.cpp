// reject: the kernel runs no programs of this type on request
#include <bpfxx/program/test_run.hpp>

#ifdef REJECT
bool ran(bpfxx::kprobe_program const& which) { return test_run(which).has_value(); }
#else
bool ran(bpfxx::xdp_program const& which) { return test_run(which).has_value(); }
#endif
