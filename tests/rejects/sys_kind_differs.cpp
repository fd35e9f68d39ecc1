// reject: owned_fd<(bpfxx::)?kind::program>.{1,3} to ['‘](bpfxx::)?fd_ref<(bpfxx::)?kind::map>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(owned_fd<kind::program> const& program) { return sys::call(sys::attr::map_freeze{.map_fd = program}); }
#else
auto good(owned_fd<kind::map> const& map) { return sys::call(sys::attr::map_freeze{.map_fd = map}); }
#endif
