// reject: a number does not say what it refers to: owned_fd<...>::adopt_raw\(number\) takes it over
#include <bpfxx/fd.hpp>

using namespace bpfxx;

#ifdef REJECT
owned_fd<kind::cgroup> bad{3};
#else
auto good = owned_fd<kind::cgroup>::adopt_raw(3);
#endif
