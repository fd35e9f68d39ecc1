// reject: deleted function((?! = delete).)* = delete; // this is no attribute struct of a command: sys::attr has one for each command
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

using namespace bpfxx;

struct lookup {
    static constexpr command during = command::map_lookup_elem;
    using returns = void;

    fd_ref<kind::map> map_fd;
#ifndef REJECT
    std::uint32_t reserved = 0;
#endif
    sys::user_ptr<void const> key{};
};

auto call(fd_ref<kind::map> map) { return sys::call(lookup{.map_fd = map}); }
