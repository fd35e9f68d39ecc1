// reject: deleted function((?! = delete).)* = delete; // the kernel writes its answer into this attribute: it cannot be const
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/call.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad() {
    sys::attr::map_get_next_id const next{.start_id = map_id{7}};
    return sys::call(next);
}
#else
auto good() {
    sys::attr::map_get_next_id next{.start_id = map_id{7}};
    return sys::call(next);
}
#endif
