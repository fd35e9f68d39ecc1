// reject: a map's definition gives two different sizes for its key or value
#include "../object/made_object.hpp"

#include <bpfxx/object/maps.hpp>

#include <array>

constexpr auto key_size_of(std::uint32_t said) {
    object_test::definition_builder<> to;
    auto const type = to.definition("", {{"type", to.uint(1)}, {"key", to.ptr(to.u64)}, {"key_size", to.uint(said)}});
    to.datasec(".maps", 0, {{to.var("m", type), 0, 24}});
    object_test::object_maker made;
    made.types(to);
    made.data(".maps", 24);
    auto const bytes = made.finish();
    auto const file = bpfxx::elf::view::parse(std::string_view{bytes.data(), bytes.size()});
    auto const types = bpfxx::btf::view::parse(file->find(".BTF")->contents());
    auto storage = object_test::zeroes<std::uint32_t>(types->index_size());
    auto const index = types->index(storage);
    std::array<bpfxx::object::map_definition, 1> maps;
    (void)bpfxx::object::require(bpfxx::object::read_maps({.file = *file, .types = &*index}, maps));
    return maps[0].key_size;
}
#ifdef REJECT
inline constexpr auto size = key_size_of(4);
#else
inline constexpr auto size = key_size_of(8);
static_assert(size == 8);
#endif
