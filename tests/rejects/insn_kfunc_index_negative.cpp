// reject: fd_index of a kernel function must be 0, the kernel itself, or 1 to 32767
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

constexpr bpfxx::btf::type_id type{7};

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = call_kfunc(type, -1);
#else
[[maybe_unused]] constexpr auto good = call_kfunc(type, 0);
#endif
