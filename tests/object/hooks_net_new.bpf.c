// Sections of packets that libbpf 1.1 does not know.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("tc/ingress", on_tc_ingress, TC_ACT_OK)
PROGRAM("tc/egress", on_tc_egress, TC_ACT_OK)
PROGRAM("tcx/ingress", on_tcx_ingress, TC_ACT_OK)
PROGRAM("tcx/egress", on_tcx_egress, TC_ACT_OK)
PROGRAM("netkit/primary", on_netkit_primary, TC_ACT_OK)
PROGRAM("netkit/peer", on_netkit_peer, TC_ACT_OK)
PROGRAM("netfilter", on_netfilter, NF_ACCEPT)
PROGRAM("sk_skb/verdict", on_skb_verdict, SK_PASS)
