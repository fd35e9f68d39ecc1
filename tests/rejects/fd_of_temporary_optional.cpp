// reject: borrows from a temporary that closes at once: name the owner
#include <bpfxx/fd.hpp>

using namespace bpfxx;

owned_fd<kind::map> make();

#ifdef REJECT
optional_fd_ref<kind::map> bad() { return make(); }
#else
optional_fd_ref<kind::map> good(owned_fd<kind::map> const& owner) { return owner; }
#endif
