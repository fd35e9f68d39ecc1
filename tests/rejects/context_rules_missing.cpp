// reject: the context of this type of program is in <bpfxx/program/context.hpp>
#include <bpfxx/insn/context_rules.hpp>
#include <bpfxx/program/kinds.hpp>

#ifndef REJECT
#    include <bpfxx/program/context.hpp>
#endif

static_assert(bpfxx::insn::context_rules<bpfxx::program_kind::xdp>::allows(0, 4, bpfxx::insn::context_access::read));
