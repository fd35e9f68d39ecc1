#pragma once
// What loading an object takes besides time.

namespace objects {

struct rival;

/// Prints memory, system calls and sizes of both. Before anything else is loaded: libbpf remembers what kernels can.
/// False where something failed.
bool print_costs(rival const& ours, rival const& other);

} // namespace objects
