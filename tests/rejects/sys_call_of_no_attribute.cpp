// reject: deleted function((?! = delete).)* = delete; // this is no attribute struct of a command: sys::attr has one for each command
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

using namespace bpfxx;

struct home_made {
    std::uint32_t map_fd;
};

#ifdef REJECT
auto bad() { return sys::call(home_made{3}); }
#else
auto good(fd_ref<kind::map> map) { return sys::call(sys::attr::map_freeze{.map_fd = map}); }
#endif
