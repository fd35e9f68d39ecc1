// A group of processes for examples that attach to one, gone when they end: no part of bpfxx.
#pragma once

#include <fcntl.h>
#include <mntent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

class new_group {
  public:
    /// A directory in the cgroup2 file system, wherever that is mounted.
    new_group() {
        std::FILE* const mounts = ::setmntent("/proc/self/mounts", "r");
        if (mounts == nullptr) return;
        while (::mntent const* mount = ::getmntent(mounts))
            if (std::strcmp(mount->mnt_type, "cgroup2") == 0) path_ = mount->mnt_dir;
        ::endmntent(mounts);
        if (path_.empty()) return;
        path_ += "/bpfxx_example_" + std::to_string(::getpid());
        made_ = ::mkdir(path_.c_str(), 0700) == 0;
    }
    new_group(new_group const&) = delete;
    ~new_group() {
        if (made_) ::rmdir(path_.c_str());
    }

    explicit operator bool() const { return made_; }
    char const* path() const { return path_.c_str(); }

    /// What a child of this process, the only one in the group, comes to, 0 to 254.
    template <class Work>
    int run(Work work) const {
        auto const child = ::fork();
        if (child == 0) {
            int const members = ::open((path_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
            int const answer = ::write(members, "0", 1) == 1 ? work() : 255;
            std::fflush(stdout);
            ::_exit(answer);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WEXITSTATUS(status);
    }

  private:
    std::string path_;
    bool made_ = false;
};
