// reject: declared with .{0,3}nodiscard.{0,3} attribute|declared with attribute .nodiscard.
#include <bpfxx/result.hpp>

bpfxx::result<int> open_something();

#ifdef REJECT
void bad() { open_something(); }
#else
void good() { static_cast<void>(open_something()); }
#endif
