// A hash table in the kernel, used as what it is: typed keys, typed values, errors as values.
#include <bpfxx/map/hash.hpp>

#include <cstdint>
#include <cstdio>

struct flow {
    std::uint32_t source, target;
    std::uint16_t source_port, target_port;
    std::uint32_t protocol;
};
struct stats {
    std::uint64_t packets, bytes;
};

bpfxx::result<void> count(bpfxx::hash_map<flow, stats> const& flows) {
    flow const dns{0x0100007f, 0x3500007f, 40'000, 53, 17};

    auto const fresh = flows.insert(dns, {1, 64}); // only a new key: true, false when it was there, or an error
    if (!fresh) return fresh.error();
    std::printf("%s\n", *fresh ? "a new flow" : "a known flow");

    auto const found = flows.lookup(dns); // an absent key is no error, but an empty std::optional
    if (!found) return found.error();
    if (*found) std::printf("%lu packets\n", static_cast<unsigned long>((*found)->packets));

    for (auto const& [key, value] : flows.entries()) // read in batches, each entry that stays exactly once
        std::printf("port %u: %lu bytes\n", key.target_port, static_cast<unsigned long>(value.bytes));

    return bpfxx::outcome::success();
}

int main() {
    auto const flows = bpfxx::hash_map<flow, stats>::create({.name = "flows", .max_entries = 65'536});
    if (!flows) {
        std::printf("%s\n", describe(flows.error()).c_str()); // BPF_MAP_CREATE: EPERM (operation not permitted)
        return flows.error().code == bpfxx::errc::eperm ? 77 : 1;
    }
    auto const counted = count(*flows);
    if (!counted) std::printf("%s\n", describe(counted.error()).c_str());
    return counted ? 0 : 1;
}
