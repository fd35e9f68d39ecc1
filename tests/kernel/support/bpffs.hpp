#pragma once
// A BPF file system of the test's own, gone with it: nothing is left in /sys/fs/bpf, whatever happens.

#include <cstdlib>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

namespace support {

class bpffs {
  public:
    bpffs() {
        char name[] = "/tmp/bpfxx_test_XXXXXX";
        if (mkdtemp(name) == nullptr) return;
        root_ = name;
        mounted_ = mount("bpf", name, "bpf", 0, "mode=0700") == 0;
    }
    bpffs(bpffs const&) = delete;
    bpffs& operator=(bpffs const&) = delete;
    ~bpffs() {
        if (mounted_) umount2(root_.c_str(), MNT_DETACH);
        if (!root_.empty()) rmdir(root_.c_str());
    }

    /// False where a BPF file system cannot be mounted here.
    [[nodiscard]] explicit operator bool() const { return mounted_; }
    [[nodiscard]] std::string const& root() const { return root_; }
    [[nodiscard]] std::string path(char const* name) const { return root_ + "/" + name; }

  private:
    std::string root_;
    bool mounted_ = false;
};

} // namespace support
