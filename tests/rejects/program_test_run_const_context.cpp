// reject: the program writes into its context: it cannot be const
#include <bpfxx/program/test_run.hpp>

struct context {
    int number;
};

#ifdef REJECT
bool ran(bpfxx::syscall_program const& which, context const& given) { return test_run(which, given).has_value(); }
#else
bool ran(bpfxx::syscall_program const& which, context& given) { return test_run(which, given).has_value(); }
#endif
