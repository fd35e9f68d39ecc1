// reject: borrows from a temporary that closes at once: name the owner
#include <bpfxx/fd.hpp>

using namespace bpfxx;

owned_fd<kind::map> make();

#ifdef REJECT
any_fd_ref<kind::map, kind::link> bad() { return make(); }
#else
any_fd_ref<kind::map, kind::link> good(owned_fd<kind::map> const& owner) { return owner; }
#endif
