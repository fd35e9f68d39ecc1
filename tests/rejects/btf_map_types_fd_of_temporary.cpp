// reject: this borrows from a temporary that closes at once: name the owner
#include <bpfxx/btf/load.hpp>

#include <cstdint>

int number() {
    auto types = bpfxx::btf::load<std::uint32_t, std::uint64_t>();
#ifdef REJECT
    return (*bpfxx::btf::load<std::uint32_t, std::uint64_t>()).fd().raw();
#else
    return types->fd().raw();
#endif
}
