// The sections of packets and sockets, one program each: type and expected attach type come of the name alone.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("socket", on_socket, 0)
PROGRAM("sk_reuseport", on_reuseport, SK_PASS)
PROGRAM("sk_reuseport/migrate", on_migrate, SK_PASS)
PROGRAM("tc", on_tc, TC_ACT_OK)
PROGRAM("classifier", on_classifier, TC_ACT_OK)
PROGRAM("action", on_action, TC_ACT_OK)
PROGRAM("xdp", on_xdp, XDP_PASS)
PROGRAM("xdp/devmap", on_devmap, XDP_PASS)
PROGRAM("xdp/cpumap", on_cpumap, XDP_PASS)
PROGRAM("xdp.frags", on_frags, XDP_PASS)
PROGRAM("xdp.frags/devmap", on_frags_devmap, XDP_PASS)
PROGRAM("xdp.frags/cpumap", on_frags_cpumap, XDP_PASS)
PROGRAM("lwt_in", on_lwt_in, BPF_OK)
PROGRAM("lwt_out", on_lwt_out, BPF_OK)
PROGRAM("lwt_xmit", on_lwt_xmit, BPF_OK)
PROGRAM("lwt_seg6local", on_seg6local, BPF_OK)
PROGRAM("sockops", on_sockops, 0)
PROGRAM("sk_skb", on_skb, SK_PASS)
PROGRAM("sk_skb/stream_parser", on_parser, 0)
PROGRAM("sk_skb/stream_verdict", on_verdict, SK_PASS)
PROGRAM("sk_msg", on_msg, SK_PASS)
PROGRAM("flow_dissector", on_flow_dissector, 0)
PROGRAM("sk_lookup", on_lookup, SK_PASS)
