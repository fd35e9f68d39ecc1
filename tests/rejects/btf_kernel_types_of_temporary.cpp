// reject: the view reads memory that goes at once: name the owner
#include <bpfxx/btf/kernel.hpp>

using namespace bpfxx;

btf::kernel_types made();

#ifdef REJECT
auto bad() { return made().types().type_count(); }
#else
auto good(btf::kernel_types const& kernel) { return kernel.types().type_count(); }
#endif
