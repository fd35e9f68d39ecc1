#pragma once
// A place for every hook at perf events; see kernel/support/hook_steps.hpp.

#include "kernel/support/hook_steps.hpp"

#include "kernel/support/kprobes.hpp"
#include "kernel/support/probed.hpp"
#include "kernel/support/tracefs.hpp"

#include <bpfxx/attach/perf.hpp>
#include <bpfxx/attach/tracefs_probe.hpp>
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/breakpoint.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/perf/uprobe.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace places::events {

using namespace bpfxx;
using support::place;

alignas(8) inline std::uint64_t volatile watched = 0;

struct tracepoint_place : place<program_kind::tracepoint, 0> {
    static constexpr tracepoint_hook hook{.group = "raw_syscalls", .name = "sys_enter"};
    static constexpr std::size_t opening_calls = 4; // the number opened, read and closed, the event opened

    [[nodiscard]] char const* obstacle() const {
        return support::has_tracefs() ? nullptr : "tracefs cannot be mounted here";
    }
};

struct uprobe_place : place<program_kind::kprobe, 0> {
    uprobe_hook const hook{.path = support::own_path().c_str(), .offset = support::own_offset(&support::probed_first)};
    static constexpr std::size_t opening_calls = 5; // the device's number is read to its end
};

struct kprobe_place : place<program_kind::kprobe, 0> {
    static constexpr kprobe_hook hook{.function = support::probed_kernel_function};
    static constexpr std::size_t opening_calls = 5;
};

struct software_place : place<program_kind::perf_event, 0> {
    static constexpr software_event_hook hook{
        .event = software_event::page_faults, .rate = sample_rate::every(1000), .pid = 0};
    static constexpr std::size_t opening_calls = 1;
};

struct breakpoint_place : place<program_kind::perf_event, 0> {
    breakpoint_hook const hook{.address = &watched, .length = 8, .access = breakpoint_access::write, .pid = 0};
    static constexpr std::size_t opening_calls = 1;
};

/// With a link, which takes the event's descriptor's place.
template <class Base>
struct linked : Base {
    static constexpr std::size_t calls = Base::opening_calls + 2;

    auto attach(typename Base::program const& what) const { return what.attach(this->hook); }
};

/// By ioctl(2).
template <class Base>
struct controlled : Base {
    static constexpr std::size_t calls = Base::opening_calls + 1, detach_calls = 1;

    auto attach(typename Base::program const& what) const { return what.attach(direct::perf_hook{this->hook}); }
};

/// At an event that the test has opened.
struct at_opened_event : software_place {
    static constexpr std::size_t calls = 2;

    owned_fd<kind::perf_event> const event = hook.open().value();

    auto attach(program const& what) const { return what.attach(perf_event_hook{.event = event}); }
};

/// By a probe that tracefs defines, beside one of somebody else's.
template <class Base>
struct defined : Base {
    static constexpr std::size_t calls = 8, detach_calls = 3, ending_calls = 3;

    defined() {
        if (support::has_tracefs())
            write_definition(std::string{"p:"} + others + " " + support::own_path() + ":" + offset());
    }
    defined(defined const&) = delete;
    defined& operator=(defined const&) = delete;
    ~defined() {
        remove_all(own());
        remove_all(others);
    }

    auto attach(typename Base::program const& what) const {
        return what.attach(direct::tracefs_probe_hook{this->hook});
    }
    [[nodiscard]] char const* obstacle() const {
        return support::has_tracefs() ? nullptr : "tracefs cannot be mounted here";
    }
    // Tests in other processes have probes too.
    [[nodiscard]] std::string contents() const {
        std::istringstream all{support::read_tracefs("uprobe_events") + support::read_tracefs("kprobe_events")};
        std::string kept;
        for (std::string line; std::getline(all, line);)
            if (line.find(own()) != line.npos || line.find(others) != line.npos) kept += line + "\n";
        return kept;
    }

  private:
    static constexpr char const* others = "injected/others";
    static std::string own() { return "bpfxx/p_" + std::to_string(::gettid()) + "_"; }
    static std::string offset() { return std::to_string(support::own_offset(&support::probed_second)); }

    static void write_definition(std::string const& line) {
        for (char const* file : {"/sys/kernel/tracing/uprobe_events", "/sys/kernel/tracing/kprobe_events"}) {
            int const definitions = ::open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
            if (definitions < 0) continue;
            bool const taken = ::write(definitions, line.data(), line.size()) == static_cast<long>(line.size());
            ::close(definitions);
            if (taken) return;
        }
    }

    void remove_all(std::string const& start) const {
        auto const text = contents();
        for (auto at = text.find(start); at != std::string::npos; at = text.find(start, at + 1))
            write_definition("-:" + text.substr(at, text.find(' ', at) - at));
    }
};

} // namespace places::events

#define EACH_PLACE_OF_AN_EVENT                                                                                         \
    linked<tracepoint_place>, linked<uprobe_place>, linked<kprobe_place>, linked<software_place>,                      \
        linked<breakpoint_place>, controlled<tracepoint_place>, controlled<uprobe_place>, controlled<kprobe_place>,    \
        controlled<software_place>, controlled<breakpoint_place>, at_opened_event, defined<uprobe_place>,              \
        defined<kprobe_place>
