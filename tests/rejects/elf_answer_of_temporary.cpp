// reject: keep the answer in a variable: what it hands out points into it
#include <bpfxx/elf/symbol.hpp>

inline std::uint32_t count(bpfxx::elf::view const& file) {
#ifdef REJECT
    return bpfxx::elf::symbols(file, bpfxx::elf::section_type::symtab)->size();
#else
    auto const table = bpfxx::elf::symbols(file, bpfxx::elf::section_type::symtab);
    return table->size();
#endif
}
