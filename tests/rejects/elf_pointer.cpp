// reject: ELF files have zero bytes inside: give the length too
#include <bpfxx/elf/view.hpp>

#include "../elf/small_object.hpp"

inline bool parse(char const* file) {
#ifdef REJECT
    return static_cast<bool>(bpfxx::elf::view::parse(file));
#else
    return static_cast<bool>(bpfxx::elf::view::parse({file, sizeof small_object}));
#endif
}
