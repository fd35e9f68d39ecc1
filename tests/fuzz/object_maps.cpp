// What an object says about its maps: definitions, initial values, and its types as the kernel takes them.
// SPDX-License-Identifier: BSL-1.0

#include "../object/made_object.hpp"
#include "support.hpp"

#include <bpfxx/object/initial_values.hpp>
#include <bpfxx/object/kernel_types.hpp>
#include <bpfxx/object/maps.hpp>

#include <memory>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
namespace object = bpfxx::object;
using fuzz::lies_in;
using fuzz::require;
using object_test::opened;

class reader {
  public:
    reader(std::string_view file, opened const& from, fuzz::digest& seen) : file_{file}, from_{from}, seen_{seen} {}

    void read() {
        auto const maps = read_maps();
        read_values(maps);
        if (from_.file().types == nullptr) return;
        write_types({});
        write_types({false, false, false, false, false, false, false, false, false});
        write_types({.data_sections = true, .wide_enums = false, .optional_sections = false});
    }

  private:
    template <class Answer>
    bool accepted(Answer const& answer) {
        auto const problem = answer.error();
        seen_(problem.why);
        if (answer) return true;
        require(object::sentence(problem) != "unknown reason");
        require(lies_in(problem.name, file_));
        return false;
    }

    std::vector<object::map_definition> read_maps() {
        auto const count = object::count_maps(from_.file());
        if (!accepted(count)) return {};
        // As many as a section of BTF can name, and one for each section of data.
        require(*count <= from_.file().file.section_count() * 65'536ULL + 1);
        std::vector<object::map_definition> maps(*count);
        auto const read = object::read_maps(from_.file(), maps);
        if (!accepted(read)) return {};
        require(*read == maps.size());
        for (auto const& map : maps) {
            require(lies_in(map.name, file_) && lies_in(map.contents, file_));
            require(map.section < from_.file().file.section_count());
            require(map.arena_section < from_.file().file.section_count());
            bool const placed = map.origin == object::map_origin::definition;
            if (placed) require(std::uint64_t{map.offset} + map.size <= from_.file().file.section(map.section).size());
            for (auto const type : {map.key_type, map.value_type, map.declared})
                require(type == btf::void_id || from_.types().contains(type));
            seen_(object::kernel_name(map, "fuzzed").view());
            seen_(object::inner_kernel_name(map).view());
            seen_(map.type);
            seen_(map.key_size + map.value_size + map.max_entries);
            seen_(map.flags);
        }
        return maps;
    }

    void read_values(std::vector<object::map_definition> const& maps) {
        auto const count = object::count_initial_values(from_.file(), maps);
        if (!accepted(count)) return;
        std::vector<object::initial_value> values(*count);
        auto const read = object::read_initial_values(from_.file(), maps, values);
        require(read && *read == *count);
        for (auto const& value : values) {
            require(value.map < maps.size());
            seen_(value.slot);
            if (value.is_program)
                require(from_.file().file.section(value.target).size() >= (value.instruction + 1ULL) * 8);
            else
                require(value.target < maps.size());
        }
    }

    void write_types(btf::kernel_features const& features) {
        std::size_t const size = object::kernel_types_size(from_.types());
        auto const storage = std::make_unique<char[]>(size);
        auto const written = object::write_kernel_types(from_.file(), features, {storage.get(), size});
        if (!accepted(written)) return;
        require(*written <= size);
        std::string_view const text{storage.get(), *written};
        auto const again = btf::view::parse(text);
        require(static_cast<bool>(again));
        require(again->type_count() >= from_.types().type_count());
        seen_(text);
    }

    std::string_view file_;
    opened const& from_;
    fuzz::digest& seen_;
};

fuzz::digest read_whole(std::string_view bytes) {
    fuzz::digest seen;
    opened const from{bytes};
    if (from.valid()) reader{bytes, from, seen}.read();
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}
