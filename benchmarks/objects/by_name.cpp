// The same objects, read at run time.
#include "rival.hpp"

#include <bpfxx/object/file.hpp>

#include <cstddef>
#include <span>

namespace objects {

namespace {

template <std::string_view (*Bytes)()>
bool cycle(how_far far, int times) {
    for (int i = 0; i != times; ++i) {
        auto object = bpfxx::object_file::open(std::as_bytes(std::span{Bytes()}), "object");
        if (!object || !object->load()) return false;
        if (far == how_far::attach && !object->attach_all()) return false;
    }
    return true;
}

} // namespace

rival const by_name{"object_file", cycle<small_object>, cycle<relocated_object>};

} // namespace objects
