// reject: this borrows from a temporary that closes at once: name the owner
#include <bpfxx/btf/kernel.hpp>

using namespace bpfxx;

btf::module_types made();

#ifdef REJECT
auto bad() { return made().fd(); }
#else
auto good(btf::module_types const& module) { return module.fd(); }
#endif
