// reject: leads into a member that is no struct or union
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

using types = bpfxx::object::object<records_object>::map_types<"records">;

#ifdef REJECT
constexpr auto sent = types::value{}.get<"count.port">();
#else
constexpr auto sent = types::value{}.get<"from.port">();
#endif
static_assert(sent == 0);
