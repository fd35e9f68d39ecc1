// reject: a number does not say what it refers to: fd_ref<...>::from_raw\(number\) does
#include <bpfxx/fd_ref.hpp>

using namespace bpfxx;

#ifdef REJECT
fd_ref<kind::map> bad = 3;
#else
fd_ref<kind::map> good = fd_ref<kind::map>::from_raw(3);
#endif
