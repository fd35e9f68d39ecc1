#pragma once
// Groups of processes and perf events to put into maps.

#include <bpfxx/fd.hpp>

#include <linux/perf_event.h>

#include <asm/unistd.h>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace support {

/// A cgroup2 file system of the test's own mount, and a new group in it that nothing is in; both gone in the end.
class own_cgroup {
  public:
    own_cgroup() {
        char name[] = "/tmp/bpfxx_cgroup_XXXXXX";
        if (::mkdtemp(name) == nullptr) return;
        root_ = name;
        mounted_ = ::mount("none", name, "cgroup2", 0, nullptr) == 0;
        made_ = mounted_ && ::mkdir(path().c_str(), 0700) == 0;
    }
    own_cgroup(own_cgroup const&) = delete;
    own_cgroup& operator=(own_cgroup const&) = delete;
    ~own_cgroup() {
        if (made_) ::rmdir(path().c_str());
        if (mounted_) ::umount2(root_.c_str(), MNT_DETACH);
        if (!root_.empty()) ::rmdir(root_.c_str());
    }

    [[nodiscard]] explicit operator bool() const { return made_; }

    /// The group above all others, which every process is under.
    [[nodiscard]] bpfxx::owned_fd<bpfxx::kind::cgroup> open_root() const { return open(root_); }
    /// The group without processes.
    [[nodiscard]] bpfxx::owned_fd<bpfxx::kind::cgroup> open_empty() const { return open(path()); }

  private:
    static bpfxx::owned_fd<bpfxx::kind::cgroup> open(std::string const& where) {
        int const number = ::open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return bpfxx::owned_fd<bpfxx::kind::cgroup>::adopt_raw(number).value();
    }
    [[nodiscard]] std::string path() const { return root_ + "/bpfxx_test_" + std::to_string(::getpid()); }

    std::string root_;
    bool mounted_ = false;
    bool made_ = false;
};

using perf_event_fd = bpfxx::owned_fd<bpfxx::kind::perf_event>;

/// An event of the kernel's own, on one CPU for all processes, or nothing where that is not permitted.
inline std::optional<perf_event_fd> software_event(std::uint64_t which, int cpu) {
    ::perf_event_attr wanted{};
    wanted.type = PERF_TYPE_SOFTWARE;
    wanted.size = sizeof wanted;
    wanted.config = which;
    wanted.sample_type = PERF_SAMPLE_RAW;
    wanted.sample_period = 1;
    wanted.wakeup_events = 1;
    long const number = ::syscall(__NR_perf_event_open, &wanted, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    if (number < 0) return std::nullopt;
    return perf_event_fd::adopt_raw(static_cast<int>(number)).value();
}

} // namespace support
