// reject: borrows from a temporary that closes at once: name the owner
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

using namespace bpfxx;

owned_fd<kind::map> make();

#ifdef REJECT
auto bad() { return sys::call(sys::attr::map_freeze{.map_fd = make()}); }
#else
auto good(owned_fd<kind::map> const& map) { return sys::call(sys::attr::map_freeze{.map_fd = map}); }
#endif
