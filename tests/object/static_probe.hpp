#pragma once
// Static probes written by hand, as <sys/sdt.h> makes them, of the provider "bpfxx_object". Whoever has one also has a
// semaphore for all of them.

extern "C" unsigned short volatile bpfxx_object_semaphore;

// clang-format off
#define STATIC_PROBE(name, arguments)                                              \
    "990: nop\n"                                                                   \
    ".pushsection .note.stapsdt, \"\", \"note\"\n"                                 \
    ".balign 4\n"                                                                  \
    ".4byte 992f - 991f, 994f - 993f, 3\n"                                         \
    "991: .asciz \"stapsdt\"\n"                                                    \
    "992: .balign 4\n"                                                             \
    "993: .8byte 990b, _.stapsdt.base, bpfxx_object_semaphore\n"                   \
    ".asciz \"bpfxx_object\"\n"                                                    \
    ".asciz \"" name "\"\n"                                                        \
    ".asciz \"" arguments "\"\n"                                                   \
    "994: .balign 4\n"                                                             \
    ".popsection\n"                                                                \
    ".ifndef _.stapsdt.base\n"                                                     \
    ".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"    \
    ".weak _.stapsdt.base\n"                                                       \
    ".hidden _.stapsdt.base\n"                                                     \
    "_.stapsdt.base: .space 1\n"                                                   \
    ".size _.stapsdt.base, 1\n"                                                    \
    ".popsection\n"                                                                \
    ".endif\n"
// clang-format on
