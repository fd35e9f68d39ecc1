// reject: this is no ELF file: it does not begin with 0x7f, ELF
#include <bpfxx/elf/view.hpp>

#include "../elf/small_object.hpp"

#ifdef REJECT
inline constexpr auto file =
    bpfxx::elf::require(bpfxx::elf::view::parse("!<arch>, which is a library of objects, not one"));
#else
inline constexpr auto file = bpfxx::elf::require(bpfxx::elf::view::parse(small_object));
#endif
