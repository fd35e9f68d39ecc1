// reject: this is no struct of functions
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

using app = bpfxx::object::object<records_object>;

#ifdef REJECT
auto open() { return app::open().set<"records", "small">(1); }
#else
auto open() { return app::open().max_entries<"records">(1); }
#endif
