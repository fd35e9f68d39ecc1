// reject: an event that counts runs its program at some rate: give .rate
#include <bpfxx/perf/sampled.hpp>

using namespace bpfxx;

#ifdef REJECT
inline constexpr software_event_hook bad{.event = software_event::cpu_clock, .pid = 0};
#else
inline constexpr software_event_hook good{
    .event = software_event::cpu_clock, .rate = sample_rate::per_second(99), .pid = 0};
#endif
