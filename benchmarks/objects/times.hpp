#pragma once
// Times that no stopwatch beside the program can take.

#include "rival.hpp"

namespace objects {

/// Nanoseconds that pass while a process loads its first object; ends the program where that fails.
double time_of_first(loop object);

/// Nanoseconds of the processor's time outside the kernel for each of at least so many; the kernel may count them by
/// its clock's ticks, so that it takes many.
double user_time(loop object, int times);

} // namespace objects
