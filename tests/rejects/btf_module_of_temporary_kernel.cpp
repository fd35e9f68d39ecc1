// reject: the base goes at once: name it
#include <bpfxx/btf/kernel.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad() { return btf::module_types::open("veth", *btf::kernel_types::open()); }
#else
auto good(btf::kernel_types const& kernel) { return btf::module_types::open("veth", kernel); }
#endif
