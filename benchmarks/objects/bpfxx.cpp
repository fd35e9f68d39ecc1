// Objects that the compiler has read.
#include "core_task.bpf.hpp"
#include "counts_by_name.bpf.hpp"
#include "rival.hpp"

#include <bpfxx/object/object.hpp>

namespace objects {

namespace {

template <class Object>
bool cycle(how_far far, int times) {
    for (int i = 0; i != times; ++i) {
        auto loaded = Object::open().load();
        if (!loaded) return false;
        if (far == how_far::attach && !loaded->attach_all()) return false;
    }
    return true;
}

} // namespace

rival const by_bpfxx{
    "object<bytes>",
    cycle<bpfxx::object::object<counts_by_name_object>>,
    cycle<bpfxx::object::object<core_task_object>>,
};

// Without the NUL of the literal.
std::string_view small_object() { return {counts_by_name_object, sizeof counts_by_name_object - 1}; }
std::string_view relocated_object() { return {core_task_object, sizeof core_task_object - 1}; }

} // namespace objects
