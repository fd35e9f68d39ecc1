// reject: this field has no default: give it in the braces
#include <bpfxx/perf/sampled.hpp>

using namespace bpfxx;

#ifdef REJECT
inline constexpr software_event_hook bad{.rate = sample_rate::every(1), .pid = 0};
#else
inline constexpr software_event_hook good{
    .event = software_event::page_faults, .rate = sample_rate::every(1), .pid = 0};
#endif
