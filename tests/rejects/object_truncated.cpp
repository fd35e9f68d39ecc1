// reject: the section headers reach past the end of the file
#include <bpfxx/object/source.hpp>

#include "../object/embedded.hpp"

#include <string_view>

#ifdef REJECT
inline constexpr std::string_view bytes{callbacks_object, sizeof callbacks_object / 2};
#else
inline constexpr std::string_view bytes{callbacks_object, sizeof callbacks_object - 1};
#endif
inline constexpr auto object = bpfxx::object::require(bpfxx::object::open(bytes));
