#pragma once
// Functions of the kernel to attach to, and what calls them: where kprobes are, nothing else runs.

#include <unistd.h>

namespace support {

/// Called by unlink(2) wherever the file is.
inline constexpr char probed_kernel_function[] = "do_unlinkat";
/// Called by rmdir(2).
inline constexpr char other_kernel_function[] = "do_rmdir";

inline void call_probed_kernel_function() { ::unlink("/bpfxx/has/no/such/file"); }
inline void call_other_kernel_function() { ::rmdir("/bpfxx/has/no/such/directory"); }

} // namespace support
