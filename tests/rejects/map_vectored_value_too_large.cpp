// reject: vectored copies values of at most 4096 bytes: look larger ones up one by one
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/vectored.hpp>

#include <array>

#ifdef REJECT
using map = bpfxx::hash_map<int, std::array<char, 4097>>;
#else
using map = bpfxx::hash_map<int, std::array<char, 4096>>;
#endif
bool made(map const& given) { return bpfxx::make_vectored(given, 16).has_value(); }
