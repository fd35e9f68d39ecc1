// reject: the kernel says what this is
#include <bpfxx/object/object.hpp>

#include "../object/made/kconfig.bpf.hpp"

using app = bpfxx::object::object<kconfig_object>;

#ifdef REJECT
auto open() { return app::open().set<"CONFIG_HZ">(1000u); }
#else
auto open() { return app::open().with({.kernel_config = "CONFIG_HZ=1000\n"}); }
#endif
