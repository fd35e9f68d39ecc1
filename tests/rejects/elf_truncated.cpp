// reject: the section headers reach past the end of the file
#include <bpfxx/elf/view.hpp>

#include "../elf/small_object.hpp"

#include <string_view>

#ifdef REJECT
inline constexpr std::string_view bytes{small_object, 1000};
#else
inline constexpr std::string_view bytes{small_object, sizeof small_object};
#endif
inline constexpr auto file = bpfxx::elf::require(bpfxx::elf::view::parse(bytes));
