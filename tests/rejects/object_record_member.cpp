// reject: this record has no member of that name
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

using types = bpfxx::object::object<records_object>::map_types<"records">;

#ifdef REJECT
constexpr auto sent = types::value{}.get<"from.prot">();
#else
constexpr auto sent = types::value{}.get<"from.port">();
#endif
static_assert(sent == 0);
