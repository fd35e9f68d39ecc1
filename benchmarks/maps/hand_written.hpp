#pragma once
// bpf(2) by hand, with attributes that end where the kernel stops reading. `Enter` is the way into the kernel and
// answers what it answers: a value, or a negative errno.

#include "loops.hpp"

#include <linux/bpf.h>

#include <cerrno>

namespace maps {

struct element_attr {
    std::uint32_t map_fd;
    std::uint32_t zero;
    std::uint64_t key;
    std::uint64_t value;
};

struct element_attr_with_flags {
    std::uint32_t map_fd;
    std::uint32_t zero;
    std::uint64_t key;
    std::uint64_t value;
    std::uint64_t flags;
};

struct erase_attr {
    std::uint32_t map_fd;
    std::uint32_t zero;
    std::uint64_t key;
};

struct batch_attr {
    std::uint64_t in_batch;
    std::uint64_t out_batch;
    std::uint64_t keys;
    std::uint64_t values;
    std::uint32_t count;
    std::uint32_t map_fd;
};

inline std::uint64_t address(void const* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

template <class Enter>
class hand_written {
  public:
    explicit hand_written(auto const& map) : fd_{static_cast<std::uint32_t>(map.fd().raw())} {}

    bool lookup(std::uint64_t const& key, std::uint64_t& value) const {
        element_attr attr{fd_, 0, address(&key), address(&value)};
        return done_unless(ENOENT, Enter::bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr), "look up");
    }

    void update(std::uint64_t const& key, std::uint64_t const& value) const {
        element_attr attr{fd_, 0, address(&key), address(&value)};
        expect(Enter::bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof attr) == 0, "update");
    }

    bool insert(std::uint64_t const& key, std::uint64_t const& value) const {
        element_attr_with_flags attr{fd_, 0, address(&key), address(&value), BPF_NOEXIST};
        return done_unless(EEXIST, Enter::bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof attr), "insert");
    }

    bool erase(std::uint64_t const& key) const {
        erase_attr attr{fd_, 0, address(&key)};
        return done_unless(ENOENT, Enter::bpf(BPF_MAP_DELETE_ELEM, &attr, sizeof attr), "erase");
    }

    std::uint64_t sum_by_walk() const { return sum_by_batches(*this); }

    int next_batch(void const* in, void* out, std::uint64_t* keys, std::uint64_t* values, std::uint32_t& count) const {
        batch_attr attr{address(in), address(out), address(keys), address(values), count, fd_};
        long const answer = Enter::bpf(BPF_MAP_LOOKUP_BATCH, &attr, sizeof attr);
        count = attr.count;
        return static_cast<int>(answer);
    }

  private:
    static bool done_unless(long expected, long answer, char const* what) {
        if (answer == 0) return true;
        expect(answer == -expected, what);
        return false;
    }

    std::uint32_t fd_;
};

} // namespace maps
