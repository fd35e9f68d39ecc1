// reject: there is no lock to take: give the value a member bpfxx::spin_lock
#include <bpfxx/map/hash.hpp>

struct counter {
#ifndef REJECT
    bpfxx::spin_lock lock;
#endif
    std::uint32_t number;
};

auto found(bpfxx::hash_map<std::uint32_t, counter> const& counters) { return counters.lookup_locked(1); }
