// reject: the storage is smaller than what measure asked for
#include <bpfxx/object/read.hpp>

#include "../object/embedded.hpp"

#include <string_view>

namespace object = bpfxx::object;

inline constexpr auto source =
    object::require(object::open(std::string_view{callbacks_object, sizeof callbacks_object - 1}));
#ifdef REJECT
inline constexpr object::counts sizes{};
#else
inline constexpr auto sizes = object::measure(source);
#endif
inline constexpr auto tables = [] {
    object::static_tables<sizes> made;
    made.found = object::require(object::fill(source, made.spans()));
    return made;
}();
