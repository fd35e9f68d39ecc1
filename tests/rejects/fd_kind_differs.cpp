// reject: ['‘](bpfxx::)?fd_ref<(bpfxx::)?kind::program>['’] to ['‘](bpfxx::)?fd_ref<(bpfxx::)?kind::map>
#include <bpfxx/fd_ref.hpp>

using namespace bpfxx;

void freeze(fd_ref<kind::map>);

#ifdef REJECT
void bad(fd_ref<kind::program> program) { freeze(program); }
#else
void good(fd_ref<kind::map> map) { freeze(map); }
#endif
