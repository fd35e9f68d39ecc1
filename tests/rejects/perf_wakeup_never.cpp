// reject: a reader that is woken after 0 records is never woken: give 1 or more
#include <bpfxx/perf/reader_options.hpp>

using namespace bpfxx;

#ifdef REJECT
constexpr perf_reader_options bad{.wakeup = perf_wakeup::after_records(0)};
#else
auto good() { return perf_reader_options{.wakeup = perf_wakeup::after_records(1)}; }
#endif
