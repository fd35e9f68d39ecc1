// reject: the keys of such a map are not of your choice
#include <bpfxx/object/object.hpp>

#include "../object/made/maps.bpf.hpp"

#include <cstdint>

using app = bpfxx::object::object<maps_object>;

auto pop(app::loaded const& all) {
#ifdef REJECT
    return all.map<"queue", std::uint32_t, std::uint64_t>().pop();
#else
    return all.map<"queue", std::uint64_t>().pop();
#endif
}
