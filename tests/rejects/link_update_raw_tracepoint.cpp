// reject: links of this kind keep their program: attach the other one
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/program/handle.hpp>

auto attach(bpfxx::raw_tracepoint_program const& next) {
    return next.attach(bpfxx::raw_tracepoint_hook{.name = "sys_enter"});
}

#ifdef REJECT
auto update(bpfxx::raw_tracepoint_link& link, bpfxx::raw_tracepoint_program const& next) { return link.update(next); }
#endif
