#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/perf/text.hpp>
#include <bpfxx/perf/tracefs.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/file.hpp>

#include <asm/unistd.h>
#include <fcntl.h>
#include <time.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace bpfxx::direct {

namespace detail {

inline constexpr char const* probe_group = "bpfxx";
using probe_name = perf::detail::text<60>; // the kernel takes 63 characters
using probe_line = perf::detail::text<4095>;

// A name that nobody else has: this thread's number, and a time at which it defines one probe only.
inline probe_name new_probe_name() noexcept {
    ::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    probe_name name;
    name << "p_" << static_cast<std::uint64_t>(sys::detail::enter(__NR_gettid, 0, 0, 0)) << "_"
         << static_cast<std::uint64_t>(now.tv_sec) << "_" << static_cast<std::uint64_t>(now.tv_nsec);
    return name;
}

// The kernel reads lines of words and cuts comments off: what would be another line or word cannot be said.
constexpr bool is_one_word(std::string_view text) noexcept {
    for (char const character : text)
        if (static_cast<unsigned char>(character) <= ' ' || character == '#' || character == 0x7f) return false;
    return !text.empty();
}

inline void begin_definition(probe_line& line, bool returning, probe_name const& name) noexcept {
    line << (returning ? "r:" : "p:") << probe_group << "/" << name.view() << " ";
}

template <class Probe>
struct probe_file;

template <>
struct probe_file<kprobe_hook> {
    static constexpr std::string_view file_name = "kprobe_events";

    static std::optional<probe_line> define(kprobe_hook const& probe, probe_name const& name) noexcept {
        char const* const function = probe.function;
        probe_line line;
        begin_definition(line, probe.returning, name);
        line << function << "+" << probe.offset;
        if (!is_one_word(function) || !line.fits()) return std::nullopt;
        return line;
    }

    static perf::target whom(kprobe_hook const&) noexcept { return {.cpu = 0}; }
};

template <>
struct probe_file<uprobe_hook> {
    static constexpr std::string_view file_name = "uprobe_events";

    static std::optional<probe_line> define(uprobe_hook const& probe, probe_name const& name) noexcept {
        char const* const path = probe.path;
        probe_line line;
        begin_definition(line, probe.returning, name);
        line << path << ":" << static_cast<std::uint64_t>(probe.offset);
        if (probe.reference_counter_offset != 0) line << "(" << probe.reference_counter_offset << ")";
        if (!is_one_word(path) || !line.fits()) return std::nullopt;
        return line;
    }

    static perf::target whom(uprobe_hook const& probe) noexcept { return perf::detail::processes(probe.pid); }
};

} // namespace detail

/// Ends a program's attachment to a probe of tracefs: closes the event, then removes the probe.
class tracefs_probe_undo {
  public:
    tracefs_probe_undo(owned_fd<kind::file> definitions, detail::probe_name const& name) noexcept
        : definitions_{std::move(definitions)}, name_{name} {}

    tracefs_probe_undo(tracefs_probe_undo&&) noexcept = default;
    tracefs_probe_undo& operator=(tracefs_probe_undo&&) noexcept = default;
    // What was not undone stays attached, which here means that the event stays open as long as the process lives.
    ~tracefs_probe_undo() {
        if (event_) static_cast<void>(std::move(*event_).release());
    }

    /// Errors: EBUSY the probe is in use, as it is when the event's descriptor was inherited: both stay; ENOENT somebody
    /// else has removed it
    /// Costs: three system calls
    [[nodiscard]] result<void> undo() noexcept {
        event_.reset();
        owned_fd const definitions = std::move(definitions_);
        perf::detail::text<80> line;
        line << "-:" << detail::probe_group << "/" << name_.view() << "\n";
        return sys::write_once(definitions.borrow(), line.view());
    }

    /// The probe's name in the group "bpfxx" of tracefs, ending with NUL.
    [[nodiscard]] char const* name() const& noexcept { return name_.c_str(); }
    /// The event, while the program is attached.
    [[nodiscard]] fd_ref<kind::perf_event> event() const& noexcept { return event_->borrow(); }

    void own(owned_fd<kind::perf_event> event) noexcept { event_.emplace(std::move(event)); }

  private:
    // Kept open: where descriptors have run out, what was defined can be removed all the same.
    owned_fd<kind::file> definitions_;
    detail::probe_name name_;
    std::optional<owned_fd<kind::perf_event>> event_{};
};

using tracefs_probe_attachment = attachment<tracefs_probe_undo>;

/// Attaches to a function of the kernel or to a place in a file as kernels do that have no perf events of those kinds:
/// `direct::tracefs_probe_hook{uprobe_hook{…}}`. It defines a tracepoint in tracefs for everybody to see, opens that,
/// and removes it when it detaches, or where a step fails. Should the process be killed, the tracepoint stays.
/// UAPI: `kprobe_events` and `uprobe_events` of tracefs, PERF_EVENT_IOC_SET_BPF
/// Since: Linux 4.1 kprobes, 4.3 uprobes; reference counter 4.20
/// Errors: tracefs_not_mounted; EOPNOTSUPP there is a cookie, which takes a link; ENOENT no such file, or tracefs
/// has no such probes; EINVAL no such function or offset, or a path or a name with a blank or a '#' in it, or too long;
/// EACCES, EPERM; EMFILE too many open descriptors
/// Costs: eight system calls where tracefs is mounted at /sys/kernel/tracing: the thread's number, definitions opened
/// and written, the number opened, read and closed, the event opened, an ioctl(2); three to detach. 5 KB on the stack, no
/// allocation
template <class Probe>
struct tracefs_probe_hook {
    static_assert(
        requires { detail::probe_file<Probe>::file_name; },
        "direct::tracefs_probe_hook takes a kprobe_hook or a uprobe_hook");
    Probe probe;

    template <class ProgramKind>
    static constexpr bool accepts = Probe::template accepts<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<tracefs_probe_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        if (probe.cookie != 0) return error{errc::eopnotsupp, command::control_file};
        auto const name = detail::new_probe_name();
        auto defined = define(name);
        if (!defined) return defined.error();
        tracefs_probe_undo made{*std::move(defined), name};
        auto const attached = attach(made, program);
        if (attached) return tracefs_probe_attachment{std::move(made)};
        static_cast<void>(made.undo());
        return attached.error();
    }

  private:
    using file = detail::probe_file<Probe>;

    [[nodiscard]] result<owned_fd<kind::file>> define(detail::probe_name const& name) const noexcept {
        auto const line = file::define(probe, name);
        if (!line) return error{errc::einval, command::write_file};
        auto definitions = perf::open_in_tracefs(file::file_name, O_WRONLY | O_APPEND);
        if (!definitions) return definitions;
        auto const written = sys::write_once(definitions->borrow(), line->view());
        if (!written) return written.error();
        return definitions;
    }

    [[nodiscard]] result<void> attach(tracefs_probe_undo& made, fd_ref<kind::program> program) const noexcept {
        auto const id = perf::tracepoint_id(detail::probe_group, made.name());
        if (!id) return id.error();
        auto event = perf::open({.type = perf::event_type::tracepoint, .config = *id}, file::whom(probe));
        if (!event) return event.error();
        auto const set = perf::set_program(*event, program);
        if (!set) return set.error();
        made.own(*std::move(event));
        return outcome::success();
    }
};

template <class Probe>
tracefs_probe_hook(Probe) -> tracefs_probe_hook<Probe>;

} // namespace bpfxx::direct
