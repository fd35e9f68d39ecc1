// reject: the name of a program's section says no known program type
#include <bpfxx/object/section_kind.hpp>

#include <type_traits>

#ifdef REJECT
using bad = bpfxx::object::kind_of<"xpd">;
#else
static_assert(std::is_same_v<bpfxx::object::kind_of<"xdp">, bpfxx::program_kind::xdp>);
#endif
