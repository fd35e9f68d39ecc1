// reject: this hook does not take programs of this type
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/object/object.hpp>

#include "../object/made/minimal.bpf.hpp"
#include "../object/made/records.bpf.hpp"

#ifdef REJECT
using app = bpfxx::object::object<minimal_object>;
auto attach(app::loaded const& all) {
    return all.program<"handle_tp">().attach(bpfxx::raw_tracepoint_hook{"sys_exit"});
}
#else
using app = bpfxx::object::object<records_object>;
auto attach(app::loaded const& all) { return all.program<"fill">().attach(bpfxx::raw_tracepoint_hook{"sys_exit"}); }
#endif
