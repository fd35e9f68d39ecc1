// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

constexpr bpfxx::btf::type_id type{7};

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_kernel_variable(r10, type);
#else
[[maybe_unused]] constexpr auto good = load_kernel_variable(r9, type);
#endif
