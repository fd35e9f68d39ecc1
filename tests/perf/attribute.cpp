// What perf_event_open(2) is told, against the UAPI header.
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/perf/sample_rate.hpp>
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/perf/text.hpp>

#include <doctest/doctest.h>

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>

#include <bpfxx/perf/breakpoint.hpp>

#include <cstddef>
#include <cstring>
#include <string>

using namespace bpfxx;

TEST_CASE("the attribute is the start of the kernel's") {
    using ours = perf::event_attribute;
    using theirs = ::perf_event_attr;
    static_assert(sizeof(ours) == PERF_ATTR_SIZE_VER1);
    static_assert(offsetof(ours, type) == offsetof(theirs, type));
    static_assert(offsetof(ours, size) == offsetof(theirs, size));
    static_assert(offsetof(ours, config) == offsetof(theirs, config));
    static_assert(offsetof(ours, sample_period) == offsetof(theirs, sample_period));
    static_assert(offsetof(ours, sample_type) == offsetof(theirs, sample_type));
    static_assert(offsetof(ours, read_format) == offsetof(theirs, read_format));
    static_assert(offsetof(ours, flags) == offsetof(theirs, read_format) + 8);
    static_assert(offsetof(ours, wakeup_events) == offsetof(theirs, wakeup_events));
    static_assert(offsetof(ours, bp_type) == offsetof(theirs, bp_type));
    static_assert(offsetof(ours, config1) == offsetof(theirs, config1));
    static_assert(offsetof(ours, config2) == offsetof(theirs, config2));
    CHECK(ours{}.size == PERF_ATTR_SIZE_VER1);
}

TEST_CASE("each flag is the bit-field of its name") {
    auto const flags_of = [](::perf_event_attr const& attribute) {
        perf::event_attribute ours;
        std::memcpy(static_cast<void*>(&ours), &attribute, sizeof ours);
        return ours.flags;
    };
    using enum perf::event_flags;
    ::perf_event_attr theirs{};
    CHECK(flags_of(theirs) == none);
    CHECK(flags_of((theirs = {}, theirs.disabled = 1, theirs)) == disabled);
    CHECK(flags_of((theirs = {}, theirs.inherit = 1, theirs)) == inherit);
    CHECK(flags_of((theirs = {}, theirs.exclude_user = 1, theirs)) == exclude_user);
    CHECK(flags_of((theirs = {}, theirs.exclude_kernel = 1, theirs)) == exclude_kernel);
    CHECK(flags_of((theirs = {}, theirs.exclude_hv = 1, theirs)) == exclude_hypervisor);
    CHECK(flags_of((theirs = {}, theirs.exclude_idle = 1, theirs)) == exclude_idle);
    CHECK(flags_of((theirs = {}, theirs.freq = 1, theirs)) == frequency);
    CHECK(flags_of((theirs = {}, theirs.freq = 1, theirs.disabled = 1, theirs)) == (frequency | disabled));
}

TEST_CASE("the numbers of events are the kernel's") {
    auto const same = [](auto ours, auto theirs) {
        return static_cast<std::uint64_t>(ours) == static_cast<std::uint64_t>(theirs);
    };
    CHECK(same(perf::event_type::hardware, PERF_TYPE_HARDWARE));
    CHECK(same(perf::event_type::software, PERF_TYPE_SOFTWARE));
    CHECK(same(perf::event_type::tracepoint, PERF_TYPE_TRACEPOINT));
    CHECK(same(perf::event_type::hw_cache, PERF_TYPE_HW_CACHE));
    CHECK(same(perf::event_type::raw, PERF_TYPE_RAW));
    CHECK(same(perf::event_type::breakpoint, PERF_TYPE_BREAKPOINT));

    CHECK(same(software_event::cpu_clock, PERF_COUNT_SW_CPU_CLOCK));
    CHECK(same(software_event::task_clock, PERF_COUNT_SW_TASK_CLOCK));
    CHECK(same(software_event::page_faults, PERF_COUNT_SW_PAGE_FAULTS));
    CHECK(same(software_event::context_switches, PERF_COUNT_SW_CONTEXT_SWITCHES));
    CHECK(same(software_event::cpu_migrations, PERF_COUNT_SW_CPU_MIGRATIONS));
    CHECK(same(software_event::minor_page_faults, PERF_COUNT_SW_PAGE_FAULTS_MIN));
    CHECK(same(software_event::major_page_faults, PERF_COUNT_SW_PAGE_FAULTS_MAJ));
    CHECK(same(software_event::alignment_faults, PERF_COUNT_SW_ALIGNMENT_FAULTS));
    CHECK(same(software_event::emulation_faults, PERF_COUNT_SW_EMULATION_FAULTS));
    CHECK(same(software_event::dummy, PERF_COUNT_SW_DUMMY));
    CHECK(same(software_event::bpf_output, PERF_COUNT_SW_BPF_OUTPUT));
    CHECK(same(software_event::cgroup_switches, PERF_COUNT_SW_CGROUP_SWITCHES));

    CHECK(same(hardware_event::cpu_cycles, PERF_COUNT_HW_CPU_CYCLES));
    CHECK(same(hardware_event::instructions, PERF_COUNT_HW_INSTRUCTIONS));
    CHECK(same(hardware_event::cache_references, PERF_COUNT_HW_CACHE_REFERENCES));
    CHECK(same(hardware_event::cache_misses, PERF_COUNT_HW_CACHE_MISSES));
    CHECK(same(hardware_event::branch_instructions, PERF_COUNT_HW_BRANCH_INSTRUCTIONS));
    CHECK(same(hardware_event::branch_misses, PERF_COUNT_HW_BRANCH_MISSES));
    CHECK(same(hardware_event::bus_cycles, PERF_COUNT_HW_BUS_CYCLES));
    CHECK(same(hardware_event::stalled_cycles_frontend, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND));
    CHECK(same(hardware_event::stalled_cycles_backend, PERF_COUNT_HW_STALLED_CYCLES_BACKEND));
    CHECK(same(hardware_event::reference_cpu_cycles, PERF_COUNT_HW_REF_CPU_CYCLES));

    CHECK(same(cache::l1_data, PERF_COUNT_HW_CACHE_L1D));
    CHECK(same(cache::l1_instructions, PERF_COUNT_HW_CACHE_L1I));
    CHECK(same(cache::last_level, PERF_COUNT_HW_CACHE_LL));
    CHECK(same(cache::data_tlb, PERF_COUNT_HW_CACHE_DTLB));
    CHECK(same(cache::instruction_tlb, PERF_COUNT_HW_CACHE_ITLB));
    CHECK(same(cache::branches, PERF_COUNT_HW_CACHE_BPU));
    CHECK(same(cache::node, PERF_COUNT_HW_CACHE_NODE));
    CHECK(same(cache_operation::read, PERF_COUNT_HW_CACHE_OP_READ));
    CHECK(same(cache_operation::write, PERF_COUNT_HW_CACHE_OP_WRITE));
    CHECK(same(cache_operation::prefetch, PERF_COUNT_HW_CACHE_OP_PREFETCH));
    CHECK(same(cache_outcome::access, PERF_COUNT_HW_CACHE_RESULT_ACCESS));
    CHECK(same(cache_outcome::miss, PERF_COUNT_HW_CACHE_RESULT_MISS));

    CHECK(same(breakpoint_access::read, HW_BREAKPOINT_R));
    CHECK(same(breakpoint_access::write, HW_BREAKPOINT_W));
    CHECK(same(breakpoint_access::read_write, HW_BREAKPOINT_RW));
    CHECK(same(breakpoint_access::execute, HW_BREAKPOINT_X));
}

TEST_CASE("rates") {
    static_assert(sample_rate::every(7).number() == 7);
    static_assert(sample_rate::every(7).flags() == perf::event_flags::none);
    static_assert(sample_rate::per_second(99).number() == 99);
    static_assert(sample_rate::per_second(99).flags() == perf::event_flags::frequency);
    CHECK(sample_rate::every(1).number() == 1);
}

TEST_CASE("breakpoints by pointer and by number") {
    static_assert(breakpoint_address{0x1000}.number() == 0x1000);
    static int const somewhere = 0;
    CHECK(breakpoint_address{&somewhere}.number() == reinterpret_cast<std::uintptr_t>(&somewhere));
}

TEST_CASE("text that does not fit is left out whole, and remembered") {
    perf::detail::text<8> text;
    text << "abc" << 12345u;
    CHECK(text.view() == "abc12345");
    CHECK(text.fits());
    text << "";
    CHECK(text.fits());
    text << 0u;
    CHECK(!text.fits());
    CHECK(std::string{text.c_str()} == "abc12345");
    perf::detail::text<20> numbers;
    numbers << ~std::uint64_t{0};
    CHECK(numbers.view() == "18446744073709551615");
}
