// reject: the member has another type
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

using types = bpfxx::object::object<records_object>::map_types<"records">;

#ifdef REJECT
constexpr auto made = types::key{}.set<"pid">("7");
#else
constexpr auto made = types::key{}.set<"pid">(7);
#endif
static_assert(made.get<"pid">() == 7);
