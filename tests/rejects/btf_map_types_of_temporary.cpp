// reject: this borrows from a temporary, whose descriptor closes first: name the owner
#include <bpfxx/btf/load.hpp>

#include <cstdint>

std::uint32_t key() {
    auto types = bpfxx::btf::load<std::uint32_t, std::uint64_t>();
#ifdef REJECT
    return (*bpfxx::btf::load<std::uint32_t, std::uint64_t>()).btf().key_type_id;
#else
    return types->btf().key_type_id;
#endif
}
