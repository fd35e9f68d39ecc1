// reject: a message has 16 bytes to 32 KiB
#include <bpfxx/netlink/message.hpp>

using namespace bpfxx;

#ifdef REJECT
netlink::message<100000> bad(netlink::message_type::get_link, netlink::message_flags::none, netlink::link_message{});
#else
netlink::message<64> good(netlink::message_type::get_link, netlink::message_flags::none, netlink::link_message{});
#endif
