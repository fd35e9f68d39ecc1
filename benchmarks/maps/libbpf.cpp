// Debian's libbpf: its walk by batches, and its walk key by key, which is what most programs do.

#include "loops.hpp"

#include <bpf/bpf.h>

#include <cerrno>
#include <numeric>

namespace {

class libbpf_calls {
  public:
    explicit libbpf_calls(auto const& map) : fd_{map.fd().raw()} {}

    bool lookup(std::uint64_t const& key, std::uint64_t& value) const {
        return done_unless(ENOENT, bpf_map_lookup_elem(fd_, &key, &value), "look up");
    }

    void update(std::uint64_t const& key, std::uint64_t const& value) const {
        maps::expect(bpf_map_update_elem(fd_, &key, &value, BPF_ANY) == 0, "update");
    }

    bool insert(std::uint64_t const& key, std::uint64_t const& value) const {
        return done_unless(EEXIST, bpf_map_update_elem(fd_, &key, &value, BPF_NOEXIST), "insert");
    }

    bool erase(std::uint64_t const& key) const { return done_unless(ENOENT, bpf_map_delete_elem(fd_, &key), "erase"); }

    std::uint64_t sum_by_walk() const { return maps::sum_by_batches(*this); }

    int next_batch(void const* in, void* out, std::uint64_t* keys, std::uint64_t* values, std::uint32_t& count) const {
        return bpf_map_lookup_batch(fd_, const_cast<void*>(in), out, keys, values, &count, nullptr);
    }

  protected:
    static bool done_unless(int expected, int answer, char const* what) {
        if (answer == 0) return true;
        maps::expect(answer == -expected, what);
        return false;
    }

    int fd_;
};

class next_key_calls : public libbpf_calls {
  public:
    using libbpf_calls::libbpf_calls;

    std::uint64_t sum_by_walk() const {
        std::uint64_t value;
        return sum_by_next_key(&value, [&] { return value; });
    }

    /// `value` is memory for what the kernel writes for one key, and `sum_of_values()` reads it.
    template <class Sum>
    std::uint64_t sum_by_next_key(void* value, Sum const& sum_of_values) const {
        std::uint64_t sum = 0;
        std::uint64_t key;
        for (void const* before = nullptr; bpf_map_get_next_key(fd_, before, &key) == 0; before = &key)
            if (bpf_map_lookup_elem(fd_, &key, value) == 0) sum += key + sum_of_values();
        return sum;
    }
};

void per_cpu_walk_by_next_key(benchmark::State& state, maps::shared_per_cpu_map const& shared) {
    next_key_calls const calls{shared.map};
    std::vector<std::uint64_t> values(shared.cpus.count());
    maps::repeat_walk(state, shared.sum, [&] {
        return calls.sum_by_next_key(values.data(), [&] { return std::reduce(values.begin(), values.end()); });
    });
}

constexpr char const* next_key = "libbpf next key + lookup";

} // namespace

constexpr maps::rival maps::by_libbpf = rival_of<libbpf_calls>("libbpf", "libbpf batches");
constexpr maps::rival maps::by_libbpf_next_key{
    .walk = {next_key, loops<next_key_calls>::walk},
    .per_cpu_walk = {next_key, per_cpu_walk_by_next_key},
};
