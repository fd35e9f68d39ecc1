#pragma once
// A group of processes of the test's own in the machine's cgroup2 file system, or in one mounted for the test, and gone
// with it.
//
//     support::cgroup const group;
//     if (!group) return support::lacks_privilege("no cgroup2 here");
//     support::in_cgroup const inside{group};       // this process and the sockets that it makes from here on

#include <bpfxx/fd.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace support {

/// Where a cgroup2 file system is mounted.
class cgroup2_root {
  public:
    cgroup2_root() : path_{found()} {
        if (!path_.empty()) return;
        char name[] = "/tmp/bpfxx_cgroup_XXXXXX";
        if (::mkdtemp(name) == nullptr) return;
        own_ = name;
        if (::mount("none", name, "cgroup2", 0, nullptr) == 0) path_ = own_;
    }
    cgroup2_root(cgroup2_root const&) = delete;
    cgroup2_root& operator=(cgroup2_root const&) = delete;
    ~cgroup2_root() {
        if (own_.empty()) return;
        if (!path_.empty()) ::umount2(own_.c_str(), MNT_DETACH);
        ::rmdir(own_.c_str());
    }

    /// Empty where there is none and none can be mounted.
    [[nodiscard]] std::string const& path() const { return path_; }

    /// The group that this process is in.
    [[nodiscard]] std::string home() const {
        std::ifstream groups{"/proc/self/cgroup"};
        for (std::string line; std::getline(groups, line);)
            if (line.starts_with("0::")) return path_ + line.substr(3);
        return path_;
    }

  private:
    static std::string found() {
        std::ifstream mounts{"/proc/self/mounts"};
        for (std::string line; std::getline(mounts, line);) {
            std::istringstream words{line};
            std::string device, path, type;
            if (words >> device >> path >> type && type == "cgroup2" && ::access(path.c_str(), W_OK) == 0) return path;
        }
        return {};
    }

    std::string path_, own_;
};

/// A new group with no process in it, under the topmost one or under another of these.
class cgroup {
  public:
    cgroup() : cgroup{root().path()} {}
    explicit cgroup(cgroup const& above) : cgroup{above.path_} {}
    cgroup(cgroup const&&) = delete;
    cgroup& operator=(cgroup const&) = delete;
    ~cgroup() { remove(); }

    [[nodiscard]] explicit operator bool() const { return made_; }
    [[nodiscard]] std::string const& path() const { return path_; }

    [[nodiscard]] bpfxx::owned_fd<bpfxx::kind::cgroup> open() const {
        int const number = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return bpfxx::owned_fd<bpfxx::kind::cgroup>::adopt_raw(number).value();
    }

    /// The number by which the kernel knows it.
    [[nodiscard]] std::uint64_t id() const {
        struct ::stat about{};
        return ::stat(path_.c_str(), &about) == 0 ? about.st_ino : 0;
    }

    void remove() {
        if (std::exchange(made_, false)) ::rmdir(path_.c_str());
    }

    static cgroup2_root const& root() {
        static cgroup2_root const one;
        return one;
    }

  private:
    explicit cgroup(std::string const& above) {
        static int number = 0;
        if (above.empty()) return;
        path_ = above + "/bpfxx_test_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
        made_ = ::mkdir(path_.c_str(), 0700) == 0;
    }

    std::string path_;
    bool made_ = false;
};

/// Puts this process into a group, and back in the end.
class in_cgroup {
  public:
    explicit in_cgroup(cgroup const& group) : home_{members_of(cgroup::root().home())} {
        int const members = members_of(group.path());
        inside_ = home_ >= 0 && ::write(members, "0", 1) == 1;
        if (members >= 0) ::close(members);
    }
    in_cgroup(in_cgroup const&) = delete;
    in_cgroup& operator=(in_cgroup const&) = delete;
    ~in_cgroup() {
        if (inside_ && ::write(home_, "0", 1) != 1) std::abort();
        if (home_ >= 0) ::close(home_);
    }

    [[nodiscard]] explicit operator bool() const { return inside_; }

  private:
    static int members_of(std::string const& group) {
        return ::open((group + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    }

    int home_;
    bool inside_ = false;
};

} // namespace support
