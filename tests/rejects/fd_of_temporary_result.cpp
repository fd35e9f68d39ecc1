// reject: borrows from a temporary that closes at once: name the owner
#include <bpfxx/fd.hpp>

using namespace bpfxx;

result<owned_fd<kind::map>> make();
void use(fd_ref<kind::map> map);

#ifdef REJECT
void bad() { use(*make()); }
#else
void good() {
    auto const owner = make();
    use(*owner);
}
#endif
