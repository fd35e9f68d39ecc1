#pragma once
// What the kernel does by itself, a little later, such as letting go of an object.

#include <unistd.h>

namespace support {

/// Whether it does so within five seconds, which on a busy machine a packet may take.
template <class Condition>
bool comes_true(Condition const& condition) {
    for (int i = 0; i != 5000; ++i) {
        if (condition()) return true;
        ::usleep(1000);
    }
    return false;
}

} // namespace support
