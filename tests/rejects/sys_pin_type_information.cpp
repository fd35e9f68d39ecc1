// reject: fd_ref<(bpfxx::)?kind::btf>.? to .{0,3}(bpfxx::)?any_fd_ref<(bpfxx::)?kind::map, (bpfxx::)?kind::program, (bpfxx::)?kind::link>
#include <bpfxx/sys/object.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(fd_ref<kind::btf> btf) { return sys::pin(btf, "/sys/fs/bpf/types"); }
#else
auto good(fd_ref<kind::map> map) { return sys::pin(map, "/sys/fs/bpf/map"); }
#endif
