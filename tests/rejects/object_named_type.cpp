// reject: the object's BTF has no type of this name
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

using app = bpfxx::object::object<records_object>;

#ifdef REJECT
constexpr app::named<"endpoint">::type none{};
#else
constexpr app::named<"endpoint_t">::type none{};
#endif
static_assert(none == decltype(none){});
