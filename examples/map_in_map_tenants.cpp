// A table of counters for each tenant, in one map: a program would look the tenant up, then count in its table.
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/map_in_map.hpp>

#include <cstdint>
#include <cstdio>

enum class tenant : std::uint32_t {};
enum class counter : std::uint32_t { packets, bytes, dropped, count };

using counters = bpfxx::array_map<std::uint64_t>;
using tenants = bpfxx::hash_of_maps<tenant, counters>;

constexpr auto one_for_each = static_cast<std::uint32_t>(counter::count);

bpfxx::result<void> admit(tenants const& all, tenant who, std::uint64_t packets) {
    auto const table = counters::create({.name = "counters", .max_entries = one_for_each});
    if (!table) return table.error();
    auto const counted = table->update(static_cast<std::uint32_t>(counter::packets), packets);
    if (!counted) return counted.error();
    return all.update(who, *table); // a counters and nothing else; it lives on in there when `table` is closed
}

bpfxx::result<void> print(tenants const& all) {
    for (auto const& [who, id] : all.entries()) { // ids come out: opening is a choice
        auto const table = all.open_inner(who);
        if (!table) return table.error();
        if (!*table) continue; // left meanwhile
        auto const packets = (*table)->lookup(static_cast<std::uint32_t>(counter::packets));
        if (!packets) return packets.error();
        std::printf("tenant %u: %lu packets in map %u\n", static_cast<unsigned>(who),
                    static_cast<unsigned long>(packets->value()), static_cast<unsigned>(id));
    }
    return bpfxx::outcome::success();
}

bpfxx::result<void> run(tenants const& all) {
    for (auto const who : {1u, 2u, 3u}) {
        auto const admitted = admit(all, tenant{who}, who * 100);
        if (!admitted) return admitted.error();
    }
    auto const gone = all.erase(tenant{2});
    if (!gone) return gone.error();
    std::printf("tenant 2 %s\n", *gone ? "has left" : "was never here");
    return print(all);
}

int main() {
    // The kernel wants to see what every table will be like: it is made from `.inner` and closed again.
    auto const all = tenants::create({.name = "tenants", .max_entries = 1024, .inner = {.max_entries = one_for_each}});
    if (!all) {
        std::printf("%s\n", describe(all.error()).c_str());
        return all.error().code == bpfxx::errc::eperm ? 77 : 1;
    }
    auto const done = run(*all);
    if (!done) std::printf("%s\n", describe(done.error()).c_str());
    return done ? 0 : 1;
}
