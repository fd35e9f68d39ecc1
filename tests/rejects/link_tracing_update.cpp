// reject: links of this kind keep their program: attach the other one, then close this link
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
void bad(tracing_link link, fentry_program const& next) { link.update(next); }
#else
void good(tracing_link& link, fentry_program const& next) { link = *next.attach(tracing_hook{}); }
#endif
