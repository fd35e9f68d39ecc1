// reject: the kernel creates no local storage without BTF
#include <bpfxx/map/local_storage.hpp>

#ifdef REJECT
auto made(bpfxx::map_btf const&) { return bpfxx::sk_storage<int>::create({.name = "sockets"}); }
#else
auto made(bpfxx::map_btf const& types) { return bpfxx::sk_storage<int>::create({.name = "sockets", .btf = types}); }
#endif
