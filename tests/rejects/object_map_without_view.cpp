// reject: what this map holds cannot be told from the object alone
#include <bpfxx/object/object.hpp>

#include "../object/made/maps.bpf.hpp"

#include <bpfxx/map/program_array.hpp>

using app = bpfxx::object::object<maps_object>;

auto erase(app::loaded const& all) {
#ifdef REJECT
    return all.map<"prog_array">().erase(1);
#else
    return all.map<"prog_array", bpfxx::program_array<bpfxx::program_kind::xdp>>().erase(1);
#endif
}
