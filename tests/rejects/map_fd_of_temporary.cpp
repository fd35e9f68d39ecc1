// reject: this borrows from a temporary, whose descriptor closes first: name the owner
#include <bpfxx/map/hash.hpp>

using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;

#ifdef REJECT
int number(map given) { return std::move(given).fd().raw(); }
#else
int number(map given) { return given.fd().raw(); }
#endif
