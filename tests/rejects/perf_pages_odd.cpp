// reject: the buffer of a perf event has a power of two of pages
#include <bpfxx/perf/reader_options.hpp>

using namespace bpfxx;

#ifdef REJECT
constexpr perf_reader_options bad{.pages_per_cpu = 3};
#else
auto good() { return perf_reader_options{.pages_per_cpu = 4}; }
#endif
