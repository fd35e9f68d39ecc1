// reject: this kind of link has no BPF_LINK_DETACH: it detaches when its last descriptor and pin are gone
#include <bpfxx/link/uprobe_multi.hpp>

#include <utility>

using namespace bpfxx;

#ifdef REJECT
void bad(uprobe_multi_link link) { link.detach(); }
#else
void good(uprobe_multi_link link) { auto const closed = std::move(link).release(); }
#endif
