// Compiled with -fno-exceptions -fno-rtti, in a program that has exceptions elsewhere.
#include <bpfxx/result.hpp>

#if defined(__cpp_exceptions) || defined(__GXX_RTTI)
#    error "this file is to be compiled with -fno-exceptions -fno-rtti"
#endif

void value_without_exceptions() {
    bpfxx::result<int> const failed{bpfxx::error{bpfxx::errc::enotsupp, bpfxx::command::map_freeze}};
    static_cast<void>(failed.value());
}

void nothing_without_exceptions() {
    bpfxx::result<void> const failed{bpfxx::error{bpfxx::errc{4095}, bpfxx::command::link_detach}};
    failed.value();
}

int good_value_without_exceptions() { return bpfxx::result<int>{7}.value(); }
