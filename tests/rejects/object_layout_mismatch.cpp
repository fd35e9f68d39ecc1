// reject: a member of this C\+\+ type lies at another place in the BPF object
#include <bpfxx/object/object.hpp>

#include "../object/made/records.bpf.hpp"

#include <cstdint>

using app = bpfxx::object::object<records_object>;

struct record_key {
    std::uint32_t pid;
#ifdef REJECT
    std::uint8_t protocol;
    std::uint8_t direction;
    std::uint16_t port;
#else
    std::uint16_t port;
    std::uint8_t protocol;
    std::int8_t direction;
#endif
};

static_assert(app::describes<"record_key", record_key>());
