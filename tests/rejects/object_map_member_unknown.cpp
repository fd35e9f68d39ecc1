// reject: a map's definition has a member that is not known
#include "../object/made_object.hpp"

#include <bpfxx/object/maps.hpp>

#include <array>

constexpr auto first_map_with(std::string_view member) {
    object_test::definition_builder<> to;
    auto const type = to.definition("", {{"type", to.uint(1)}, {member, to.uint(4)}});
    to.datasec(".maps", 0, {{to.var("m", type), 0, 16}});
    object_test::object_maker made;
    made.types(to);
    made.data(".maps", 16);
    auto const bytes = made.finish();
    auto const file = bpfxx::elf::view::parse(std::string_view{bytes.data(), bytes.size()});
    auto const types = bpfxx::btf::view::parse(file->find(".BTF")->contents());
    auto storage = object_test::zeroes<std::uint32_t>(types->index_size());
    auto const index = types->index(storage);
    std::array<bpfxx::object::map_definition, 1> maps;
    (void)bpfxx::object::require(bpfxx::object::read_maps({.file = *file, .types = &*index}, maps));
    return maps[0].max_entries;
}
#ifdef REJECT
inline constexpr auto entries = first_map_with("max_entry");
#else
inline constexpr auto entries = first_map_with("max_entries");
static_assert(entries == 4);
#endif
