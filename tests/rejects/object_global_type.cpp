// reject: the variable has another type
#include <bpfxx/object/object.hpp>

#include "../object/made/minimal.bpf.hpp"

using app = bpfxx::object::object<minimal_object>;

#ifdef REJECT
auto open() { return app::open().set<"my_pid">("1"); }
#else
auto open() { return app::open().set<"my_pid">(1); }
#endif
