// reject: an address needs a 64-bit register: r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

constexpr bpfxx::btf::type_id type{7};

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_kernel_variable(w1, type);
#else
[[maybe_unused]] constexpr auto good = load_kernel_variable(r1, type);
#endif
