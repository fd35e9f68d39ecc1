// reject: a result is a value or an error: say which, outcome::success\(\) for a value of void
#include <bpfxx/result.hpp>

#ifdef REJECT
bpfxx::result<void> bad() { return {}; }
#else
bpfxx::result<void> good() { return bpfxx::outcome::success(); }
#endif
