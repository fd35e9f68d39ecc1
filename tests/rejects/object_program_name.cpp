// reject: the object has no program of this name
#include <bpfxx/object/object.hpp>

#include "../object/made/minimal.bpf.hpp"

using app = bpfxx::object::object<minimal_object>;

auto attach(app::loaded const& all) {
#ifdef REJECT
    return all.attach<"sys_enter_write">();
#else
    return all.attach<"handle_tp">();
#endif
}
