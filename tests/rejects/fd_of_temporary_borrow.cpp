// reject: borrows from a temporary that closes at once: name the owner
#include <bpfxx/fd.hpp>

using namespace bpfxx;

owned_fd<kind::map> make();

#ifdef REJECT
auto bad() { return make().borrow(); }
#else
auto good(owned_fd<kind::map> const& owner) { return owner.borrow(); }
#endif
