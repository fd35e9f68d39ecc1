// reject: the section `maps` defines maps in a form that is no more understood
#include "../object/made_object.hpp"

#include <bpfxx/object/maps.hpp>

constexpr auto count_maps_in(std::string_view section) {
    object_test::object_maker made;
    made.data(section, 20);
    auto const bytes = made.finish();
    auto const file = bpfxx::elf::view::parse(std::string_view{bytes.data(), bytes.size()});
    return bpfxx::object::require(bpfxx::object::count_maps({.file = *file}));
}
#ifdef REJECT
inline constexpr auto maps = count_maps_in("maps");
#else
inline constexpr auto maps = count_maps_in(".data.maps");
static_assert(maps == 1);
#endif
