// reject: links of this kind keep their program: attach the other one, then close this link
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
void bad(uprobe_multi_link link, uprobe_multi_program const& next) { link.update(next); }
#else
auto good(uprobe_multi_link const& link) { return link.id(); }
#endif
