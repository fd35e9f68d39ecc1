// reject: a member that is a function is a program's
#include <bpfxx/object/object.hpp>

#include "../object/made/struct_ops.bpf.hpp"

using app = bpfxx::object::object<struct_ops_object>;

#ifdef REJECT
auto open() { return app::open().set<"simple", "init">(0u); }
#else
auto open() { return app::open().set<"simple", "flags">(0u); }
#endif
