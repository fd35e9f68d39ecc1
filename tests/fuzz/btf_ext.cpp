// .BTF.ext: a BTF blob with its length before it, then the section. Names are the blob's, types are known to it.
// SPDX-License-Identifier: BSL-1.0

#include "support.hpp"

#include <bpfxx/btf/ext.hpp>
#include <bpfxx/btf/view.hpp>

namespace {

namespace btf = bpfxx::btf;
namespace info = bpfxx::sys::info;
using fuzz::lies_in;
using fuzz::require;

class reader {
  public:
    reader(btf::view const& types, std::string_view blob, fuzz::digest& seen)
        : types_{types}, blob_{blob}, seen_{seen} {}

    template <class Record>
    void read(btf::ext_table<Record> const& table) {
        std::uint32_t count = 0;
        bool sorted = true;
        for (auto const section : table) {
            require(lies_in(section.name, blob_));
            require(!section.records.empty());
            seen_(section.name);
            std::uint32_t before = 0;
            for (std::uint32_t at = 0; at != section.records.size(); ++at) {
                auto const record = section.records[at];
                require(record.insn_off == section.records.instruction(at));
                sorted = sorted && before <= record.insn_off;
                before = record.insn_off;
                read(record);
            }
            count += section.records.size();
            require(section.records[section.records.size()].insn_off == 0);
            if (table.is_sorted()) search(section.records);
        }
        require(count == table.size() && sorted == table.is_sorted());
    }

  private:
    void string(std::uint32_t offset) {
        auto const text = types_.string(btf::string_offset{offset});
        require(text && lies_in(*text, blob_));
        seen_(*text);
    }
    void read(info::func_info const& one) { require(types_.contains(btf::type_id{one.type_id})); }
    void read(info::line_info const& one) {
        string(one.file_name_off);
        string(one.line_off);
    }
    void read(info::core_relo const& one) {
        require(types_.contains(btf::type_id{one.type_id}));
        string(one.access_str_off);
    }

    template <class Record>
    void search(btf::ext_records<Record> const& records) {
        for (std::uint32_t const wanted : {0U, records.instruction(records.size() / 2), 0xffff'ffffU}) {
            auto const at = records.first_from(wanted);
            require(at <= records.size());
            require(at == records.size() || records.instruction(at) >= wanted);
            require(at == 0 || records.instruction(at - 1) < wanted);
        }
    }

    btf::view const& types_;
    std::string_view blob_;
    fuzz::digest& seen_;
};

fuzz::digest read_whole(std::string_view bytes) {
    fuzz::digest seen;
    fuzz::parts all{bytes};
    std::string_view const blob = all.next();
    auto const types = btf::view::parse(blob);
    if (!types) return seen;
    auto const ext = btf::ext_view::parse(all.rest(), *types);
    seen(ext.error().why);
    if (!ext) {
        require(ext.error().offset <= all.rest().size());
        require(btf::sentence(ext.error().why) != "unknown reason");
        return seen;
    }
    reader from{*types, blob, seen};
    from.read(ext->functions());
    from.read(ext->lines());
    from.read(ext->core());
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}
