// reject: the access string of a CO-RE relocation names a member that its struct or union does not have
#include "../core/types.hpp"

using namespace core_test;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    core::require(core::read_access(local, ask(5, "0:9", core_relo_kind::field_byte_offset)));
#else
[[maybe_unused]] constexpr auto good =
    core::require(core::read_access(local, ask(5, "0:8", core_relo_kind::field_byte_offset)));
#endif
