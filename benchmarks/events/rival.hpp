#pragma once
// What is shared between all rivals, and what each of them offers to main.cpp: ways to read records, by their size.

#include "source.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>

namespace events {

/// One way to read what the source writes. Where there is none, `loop` is null.
struct contender {
    char const* name = nullptr;
    void (*loop)(benchmark::State& state, source& from) = nullptr;
};

/// A library, or a way to use one, for records of one size.
struct rival {
    // A ring that was filled before.
    contender typed{};
    contender bytes{};
    contender one_of{};
    contender with_tail{};
    // A ring that a program on another processor fills meanwhile.
    contender polling{};
    contender spinning{};
    contender at_intervals{};
    contender spinning_at_intervals{};
    // Buffers of perf events, the same.
    contender perf_typed{};
    contender perf_bytes{};
    contender perf_polling{};
    contender perf_woken_by_bytes{};
    contender perf_spinning{};
};

inline constexpr std::size_t sizes[]{8, 64, 512};
/// A rival for each size.
using rivals_by_size = std::array<rival, std::size(sizes)>;

extern rivals_by_size const by_bpfxx;
extern rivals_by_size const by_libbpf;
extern rivals_by_size const by_hand;

} // namespace events
