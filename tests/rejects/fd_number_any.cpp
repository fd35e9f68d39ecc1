// reject: a number does not say what it refers to: fd_ref<...>::from_raw\(number\) does
#include <bpfxx/fd_ref.hpp>

using namespace bpfxx;

#ifdef REJECT
any_fd_ref<kind::map, kind::program> bad = 3;
#else
any_fd_ref<kind::map, kind::program> good = fd_ref<kind::map>::from_raw(3);
#endif
