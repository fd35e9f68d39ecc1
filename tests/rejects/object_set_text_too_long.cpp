// reject: the text is longer than the variable
#include <bpfxx/object/object.hpp>

#include "../object/made/data_sections.bpf.hpp"

using app = bpfxx::object::object<data_sections_object>;

#ifdef REJECT
auto open() { return app::open().set<"name">("12345678"); }
#else
auto open() { return app::open().set<"name">("1234567"); }
#endif
