// reject: the number of a temporary that closes at once: name the owner
#include <bpfxx/fd.hpp>

using namespace bpfxx;

owned_fd<kind::map> make();

#ifdef REJECT
int bad() { return make().raw(); }
#else
int good(owned_fd<kind::map> const& owner) { return owner.raw(); }
#endif
