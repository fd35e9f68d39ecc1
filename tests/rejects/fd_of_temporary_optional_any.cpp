// reject: borrows from a temporary that closes at once: name it
#include <bpfxx/fd.hpp>

using namespace bpfxx;

owned_fd<kind::map> make();

#ifdef REJECT
optional_any_fd_ref<kind::map, kind::link> bad() { return make(); }
#else
optional_any_fd_ref<kind::map, kind::link> good(owned_fd<kind::map> const& owner) { return owner; }
#endif
