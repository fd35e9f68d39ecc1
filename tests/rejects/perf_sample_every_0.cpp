// reject: an event that is sampled every 0 times never runs its program: give 1 or more
#include <bpfxx/perf/sample_rate.hpp>

using namespace bpfxx;

#ifdef REJECT
inline constexpr auto bad = sample_rate::every(0);
#else
inline constexpr auto good = sample_rate::every(1);
#endif
