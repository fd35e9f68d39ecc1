// reject: does not say what to attach to
#include <bpfxx/object/section_target.hpp>

using namespace bpfxx::object;

#ifdef REJECT
static_assert(require(kernel_function_of(*parse_section_name("kprobe"))).name == "do_unlinkat");
#else
static_assert(require(kernel_function_of(*parse_section_name("kprobe/do_unlinkat"))).name == "do_unlinkat");
#endif
