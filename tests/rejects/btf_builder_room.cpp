// reject: room for types is counted in bytes, a multiple of four
#include <bpfxx/btf/build.hpp>

#ifdef REJECT
bpfxx::btf::builder<1022, 512> types;
#else
bpfxx::btf::builder<1024, 512> types;
#endif
