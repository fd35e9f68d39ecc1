// reject: the bytes are part of the blob: keep it in a variable
#include <bpfxx/btf/build.hpp>

#include <cstddef>
#include <span>

std::size_t size() {
    bpfxx::btf::builder<> types;
    types.int_("int", 4);
    auto const blob = types.finish();
#ifdef REJECT
    std::span<std::byte const> const bytes = types.finish();
#else
    std::span<std::byte const> const bytes = blob;
#endif
    return bytes.size();
}
