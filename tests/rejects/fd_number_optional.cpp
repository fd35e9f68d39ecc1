// reject: a number does not say what it refers to: fd_ref<...>::from_raw\(number\) does
#include <bpfxx/fd_ref.hpp>

using namespace bpfxx;

#ifdef REJECT
optional_fd_ref<kind::btf> bad = 0;
#else
optional_fd_ref<kind::btf> good{};
#endif
