// The smallest program around an object that does something when it fails, for its size to be looked at.
#include "counts_by_name.bpf.hpp"

#include <bpfxx/object/object.hpp>

int main() {
    auto loaded = bpfxx::object::object<counts_by_name_object>::open().load();
    if (!loaded) return 1;
    return loaded->attach_all() ? 0 : 2;
}
