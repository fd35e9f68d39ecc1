// reject: the kernel keeps the first and the last netfilter priority for itself: take one between
#include <bpfxx/link/netfilter.hpp>
#include <bpfxx/program/handle.hpp>

#include <cstdint>
#include <limits>

using namespace bpfxx;

#ifdef REJECT
constexpr std::int64_t chosen = 0x1'0000'0000;
#else
constexpr std::int32_t chosen = std::numeric_limits<std::int32_t>::max() - 1;
#endif

auto attach(netfilter_program const& program) {
    return program.attach(
        netfilter_hook{.family = netfilter_family::ipv4, .hook = netfilter_place::local_in, .priority = chosen});
}
