// reject: an address needs a 64-bit register: r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = [] {
    load_kernel_variable(w1, kernel_variable_slot<0>{});
    return 0;
}();
#else
[[maybe_unused]] constexpr auto good = load_kernel_variable(r1, kernel_variable_slot<0>{});
#endif
