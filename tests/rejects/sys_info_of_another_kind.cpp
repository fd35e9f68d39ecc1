// reject: fd_ref<(bpfxx::)?kind::program>.{1,4}to .{0,3}(bpfxx::)?fd_ref<(typename )?((bpfxx::)?sys::info::map::kind|(bpfxx::)?kind::map)
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(fd_ref<kind::program> program) { return sys::get_info<sys::info::map>(program); }
#else
auto good(fd_ref<kind::map> map) { return sys::get_info<sys::info::map>(map); }
#endif
