// reject: the object has no global variable of this name
#include <bpfxx/object/object.hpp>

#include "../object/made/minimal.bpf.hpp"

using app = bpfxx::object::object<minimal_object>;

#ifdef REJECT
auto open() { return app::open().set<"pid">(1); }
#else
auto open() { return app::open().set<"my_pid">(1); }
#endif
