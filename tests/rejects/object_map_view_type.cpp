// reject: this view is for another type of map
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/lru_hash.hpp>

#include <cstdint>

using app = bpfxx::object::object<records_object>;

#ifdef REJECT
using view = bpfxx::lru_hash_map<std::uint32_t, std::uint64_t>;
#else
using view = bpfxx::hash_map<std::uint32_t, std::uint64_t>;
#endif

auto find(app::loaded const& all) { return all.map<"counts", view>().lookup(1); }
