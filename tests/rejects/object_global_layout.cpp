// reject: a member of this C\+\+ type lies at another place
#include <bpfxx/object/object.hpp>

#include "../object/made/data_sections.bpf.hpp"

#include <cstdint>

using app = bpfxx::object::object<data_sections_object>;

struct pair {
#ifdef REJECT
    std::uint32_t low;
#else
    std::uint16_t low;
#endif
    std::int64_t high;
};

auto open() { return app::open().set<"pair_of_data">(pair{1, 2}); }
