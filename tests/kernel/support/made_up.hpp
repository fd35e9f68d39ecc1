#pragma once
// Descriptors for the fake kernel: real numbers, so that the library may close and duplicate them, of nothing.

#include <bpfxx/fd.hpp>
#include <bpfxx/program/handle.hpp>

#include <fcntl.h>

namespace support {

/// A number that the fake may hand out and the library will close.
inline int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

template <class Kind>
bpfxx::owned_fd<Kind> made_up() {
    return bpfxx::owned_fd<Kind>::adopt_raw(new_descriptor()).value();
}

template <class Kind>
bpfxx::program<Kind> made_up_program() {
    return bpfxx::program<Kind>::adopt_unchecked(made_up<bpfxx::kind::program>());
}

} // namespace support
