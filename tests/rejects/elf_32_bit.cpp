// reject: this is a 32-bit ELF file: only 64-bit ones are read
#include <bpfxx/elf/view.hpp>

#include <string_view>

inline constexpr std::string_view bytes{"\x7f"
                                        "ELF\1\1\1\0\0\0\0\0\0\0\0\0\0\0",
                                        18};
#ifdef REJECT
inline constexpr auto file = bpfxx::elf::require(bpfxx::elf::view::parse(bytes));
#else
static_assert(!bpfxx::elf::view::parse(bytes));
#endif
