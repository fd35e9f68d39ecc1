#pragma once
// Says that a program of some kind was attached to some hook and ran: one line, of which docs/hooks.md is made.

#include <cstdio>

namespace support {

/// Both names as they stand in C++, such as ("sched_cls", "tcx_hook").
inline void fired(char const* program_kind, char const* hook) { std::printf("fired: %s %s\n", program_kind, hook); }

} // namespace support
