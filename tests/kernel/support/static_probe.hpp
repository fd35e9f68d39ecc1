#pragma once
// A static probe written by hand, as <sys/sdt.h> makes it: a nop for `asm`, and the note that names it. The semaphore is a
// variable in the section .probes. The operands are strings, so that each test knows what to expect.

// clang-format off
#define STATIC_PROBE(provider, name, semaphore, arguments)                           \
    "990: nop\n"                                                                     \
    ".pushsection .note.stapsdt, \"\", \"note\"\n"                                   \
    ".balign 4\n"                                                                    \
    ".4byte 992f - 991f, 994f - 993f, 3\n"                                           \
    "991: .asciz \"stapsdt\"\n"                                                      \
    "992: .balign 4\n"                                                               \
    "993: .8byte 990b, _.stapsdt.base, " semaphore "\n"                              \
    ".asciz \"" provider "\"\n"                                                      \
    ".asciz \"" name "\"\n"                                                          \
    ".asciz \"" arguments "\"\n"                                                     \
    "994: .balign 4\n"                                                               \
    ".popsection\n"                                                                  \
    ".ifndef _.stapsdt.base\n"                                                       \
    ".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"      \
    ".weak _.stapsdt.base\n"                                                         \
    ".hidden _.stapsdt.base\n"                                                       \
    "_.stapsdt.base: .space 1\n"                                                     \
    ".size _.stapsdt.base, 1\n"                                                      \
    ".popsection\n"                                                                  \
    ".endif\n"
// clang-format on
