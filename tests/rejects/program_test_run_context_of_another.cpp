// reject: this is the context of another type of program
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

auto run(bpfxx::xdp_program const& program, bpfxx::xdp_context const& context) {
    return test_run(program, {.context = context});
}

#ifdef REJECT
auto run(bpfxx::xdp_program const& program, bpfxx::sk_buff_context const& context) {
    return test_run(program, {.context = context});
}
#endif
