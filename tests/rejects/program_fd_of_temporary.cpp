// reject: this borrows from a temporary, whose descriptor closes first
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

xdp_program made();

#ifdef REJECT
auto bad() { return made().fd(); }
#else
auto good(xdp_program const& program) { return program.fd(); }
#endif
