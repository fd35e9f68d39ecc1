// reject: does not say all that attaching takes
#include <bpfxx/object/object.hpp>

#include "../object/made/optional.bpf.hpp"

using app = bpfxx::object::object<optional_object>;

auto attach(app::loaded const& all) {
#ifdef REJECT
    return all.attach<"packets">();
#else
    return all.attach<"always">();
#endif
}
