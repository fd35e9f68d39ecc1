// reject: a number in this C\+\+ type is signed and the BPF object's is not
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

#include <cstdint>

using app = bpfxx::object::object<records_object>;

#ifdef REJECT
using count = std::int64_t;
#else
using count = std::uint64_t;
#endif

auto find(app::loaded const& all) { return all.map<"counts", std::uint32_t, count>().lookup(1); }
