// reject: the bytes are part of the blob: keep the blob in a variable
#include <bpfxx/btf/build.hpp>

#include <cstddef>

std::size_t size() {
    bpfxx::btf::builder<> types;
    types.int_("int", 4);
    auto const blob = types.finish();
#ifdef REJECT
    return types.finish().bytes().size();
#else
    return blob.bytes().size();
#endif
}
