#pragma once
// One way to bring an object into the kernel and out again, for main.cpp to time.

#include <string_view>

namespace objects {

/// What is done of open, load, attach, destroy.
enum class how_far { load, attach };

/// Does it as often as told; false where something failed.
using loop = bool (*)(how_far, int times);

struct rival {
    char const* name;
    /// An object without CO-RE, with one map, variables apart; and one with it, a ring, and relocations.
    loop small;
    loop relocated;
};

extern rival const by_bpfxx;
extern rival const by_name;
extern rival const by_libbpf;

/// The bytes of the objects, for those who read them at run time.
std::string_view small_object();
std::string_view relocated_object();

} // namespace objects
