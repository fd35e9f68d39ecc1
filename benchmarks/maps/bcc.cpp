// bcc's tables, given a map that is there already: bcc's own way to a map goes through clang. BPFHashTable has no insert.

#include "loops.hpp"

#ifdef BENCHMARK_BCC

#    include <bcc/BPFTable.h>

#    include <fcntl.h>

namespace {

/// A table keeps a reference to the description.
template <class Table>
struct described {
    explicit described(auto const& map, bpf_map_type type)
        : description{"bpfxx_bench",
                      ebpf::FileDesc{fcntl(map.fd().raw(), F_DUPFD_CLOEXEC, 0)},
                      type,
                      8,
                      8,
                      map.max_entries(),
                      0},
          table{description} {}

    ebpf::TableDesc description;
    Table table;
};

class bcc_calls {
  public:
    explicit bcc_calls(auto const& map) : map_{map, BPF_MAP_TYPE_HASH} {}

    bool lookup(std::uint64_t const& key, std::uint64_t& value) const { return map_.table.get_value(key, value).ok(); }

    void update(std::uint64_t const& key, std::uint64_t const& value) const {
        maps::expect(map_.table.update_value(key, value).ok(), "update");
    }

    bool erase(std::uint64_t const& key) const { return map_.table.remove_value(key).ok(); }

    std::uint64_t sum_by_walk() const {
        std::uint64_t sum = 0;
        for (auto const& [key, value] : map_.table.get_table_offline()) sum += key + value;
        return sum;
    }

  private:
    mutable described<ebpf::BPFHashTable<std::uint64_t, std::uint64_t>> map_;
};

void per_cpu_walk(benchmark::State& state, maps::shared_per_cpu_map const& shared) {
    described<ebpf::BPFPercpuHashTable<std::uint64_t, std::uint64_t>> map{shared.map, BPF_MAP_TYPE_PERCPU_HASH};
    maps::repeat_walk(state, shared.sum, [&] {
        std::uint64_t sum = 0;
        for (auto const& [key, values] : map.table.get_table_offline()) {
            sum += key;
            for (std::uint64_t const value : values) sum += value;
        }
        return sum;
    });
}

using of = maps::loops<bcc_calls>;

constexpr char const* table = "bcc get_table_offline";

} // namespace

constexpr maps::rival maps::by_bcc{
    .lookup_hit = {"bcc", of::lookup_hit},
    .lookup_miss = {"bcc", of::lookup_miss},
    .update = {"bcc", of::update},
    .erase_miss = {"bcc", of::erase_miss},
    .walk = {table, of::walk},
    .per_cpu_walk = {table, per_cpu_walk},
    .lookup_many = {"bcc", of::lookup_many},
    .update_many = {"bcc", of::update_many},
};

#else

constexpr maps::rival maps::by_bcc{};

#endif
