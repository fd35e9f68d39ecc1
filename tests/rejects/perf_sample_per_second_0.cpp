// reject: an event that is sampled 0 times a second never runs its program: give 1 or more
#include <bpfxx/perf/sample_rate.hpp>

using namespace bpfxx;

#ifdef REJECT
inline constexpr auto bad = sample_rate::per_second(0);
#else
inline constexpr auto good = sample_rate::per_second(1);
#endif
