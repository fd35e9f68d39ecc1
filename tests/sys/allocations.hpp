#pragma once

#include <cstddef>

namespace sys_test {

/// How often this program has asked for memory so far: by operator new and, where glibc is linked and no sanitizer has
/// taken its place, by malloc, calloc and realloc.
std::size_t allocations();

/// Whether malloc itself is counted in this build.
bool counts_malloc();

} // namespace sys_test
