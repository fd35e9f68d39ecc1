// ELF files and the tables in them: what is handed out lies in the file, and what was accepted can be walked whole.
// SPDX-License-Identifier: BSL-1.0

#include "support.hpp"

#include <bpfxx/elf/note.hpp>
#include <bpfxx/elf/relocation.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/version.hpp>
#include <bpfxx/elf/view.hpp>

namespace {

namespace elf = bpfxx::elf;
using fuzz::lies_in;
using fuzz::require;

class reader {
  public:
    reader(elf::view const& file, fuzz::digest& seen) : file_{file}, seen_{seen} {}

    void read() {
        std::uint32_t count = 0;
        for (auto const section : file_.sections()) {
            require(section.index() == count++);
            read(section);
        }
        require(count == file_.section_count());
        require(file_.section(count).contents().empty() && file_.section(count).name().empty());
        for (auto const segment : file_.segments()) {
            seen_(segment.address());
            for (auto const address : {segment.address(), segment.address() + segment.file_size() - 1}) {
                auto const at = file_.file_offset(address);
                require(!at || *at < file_.bytes().size());
                seen_(at.value_or(0));
            }
        }
    }

  private:
    void read(elf::section const& section) {
        require(lies_in(section.name(), file_.bytes()));
        require(lies_in(section.contents(), file_.bytes()));
        seen_(section.name());
        seen_(section.contents().size());
        if (!section.contents().empty())
            require(file_.bytes().substr(section.file_offset()).data() == section.contents().data());
        auto const found = file_.find(section.name());
        require(!found || found->name() == section.name());
        require(section.index() == 0 || found.has_value());
        read_table(elf::symbols(file_, section), [&](auto const& table) { read_symbols(table); });
        read_table(elf::relocations(file_, section), [&](auto const& table) { read_relocations(table, section); });
        read_table(elf::notes(file_, section), [&](auto const& table) {
            for (auto const note : table) {
                require(lies_in(note.owner, section.contents()) && lies_in(note.descriptor, section.contents()));
                seen_(note.type);
            }
        });
    }

    template <class Table, class Visit>
    void read_table(Table const& table, Visit visit) {
        seen_(table.error().why);
        if (table) return visit(*table);
        require(elf::sentence(table.error().why) != "unknown reason");
        require(table.error().offset <= file_.bytes().size());
    }

    void read_symbols(elf::symbol_table const& table) {
        auto const versions = elf::versions(file_, table);
        std::uint32_t count = 0;
        for (auto const symbol : table) {
            require(symbol.index() == count++);
            require(lies_in(symbol.name(), file_.bytes()));
            require(symbol.has_name(symbol.name()));
            require(!symbol.section() || *symbol.section() < file_.section_count());
            seen_(symbol.value());
            if (!versions || count > 64) continue;
            require(lies_in(versions->of(symbol.index()).name, file_.bytes()));
        }
        require(count == table.size());
    }

    void read_relocations(elf::relocation_table const& table, elf::section const& section) {
        bool const linked = file_.type() != elf::file_type::relocatable;
        auto const symbols = elf::symbols(file_, file_.section(section.link()));
        for (auto const one : table) {
            require(linked || one.offset < file_.section(section.info()).size());
            require(one.symbol == 0 || !symbols || one.symbol < symbols->size());
            seen_(one.offset);
        }
    }

    elf::view const& file_;
    fuzz::digest& seen_;
};

fuzz::digest read_whole(std::string_view bytes) {
    fuzz::digest seen;
    auto const file = elf::view::parse(bytes);
    seen(file.error().why);
    if (file) {
        reader{*file, seen}.read();
    } else {
        require(elf::sentence(file.error().why) != "unknown reason");
        require(file.error().offset <= bytes.size());
    }
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}
