#pragma once
// What a loader made of an object, in a text that two loaders can be compared by: nothing in it depends on the numbers of
// descriptors and ids, on addresses, or on the order in which programs were loaded.

#include "info.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace peer {

/// A map as its loader names it: `.bss` and its kin as libbpf names them ("minimal.bss"), custom sections by their own name.
struct loaded_map {
    std::string name;
    int fd = -1; // none: its loader did not make it
};

/// A program, and how its loader gave it to the kernel.
struct loaded_program {
    std::string name;
    std::string section;
    std::uint32_t type = 0;
    std::uint32_t expected_attach_type = 0;
    bool asked = true; // to be loaded at all
    int fd = -1;
    int refused = 0;                    // errno, where it was asked for and is not there
    std::vector<bpf_insn> instructions; // as loaded; maps by descriptor or by BPF_PSEUDO_MAP_IDX
};

struct loaded_object {
    std::string name;
    int refused = 0; // errno of the whole object, where it was refused before any program was
    int btf_fd = -1;
    std::vector<loaded_map> maps;
    std::vector<loaded_map> twins; // the same maps made again, where programs were loaded one by one
    std::vector<int> fd_array;     // what BPF_PSEUDO_MAP_IDX counts in
    std::vector<loaded_program> programs;
};

namespace detail {

template <class... Values>
std::string format(char const* pattern, Values... values) {
    char line[512];
    std::snprintf(line, sizeof line, pattern, values...);
    return line;
}

inline std::string hex(std::vector<std::uint8_t> const& bytes) {
    std::string text;
    for (auto const byte : bytes) text += format("%02x", byte);
    return text;
}

inline bool is_kernel_address(std::uint64_t value) {
    return value >= 0xffff'0000'0000'0000 && value < 0xffff'ffff'8000'0000;
}

/// Where the names of what instructions and maps mention come from.
struct names {
    std::map<int, std::string> map_by_fd;
    std::map<std::uint32_t, std::string> map_by_id;
    std::map<std::uint32_t, std::string> program_by_id;
    std::vector<int> fd_array;

    explicit names(loaded_object const& object) : fd_array(object.fd_array) {
        for (auto const& map : object.maps) add(map);
        for (auto const& map : object.twins) add(map);
        for (auto const& program : object.programs)
            if (program.fd >= 0)
                if (auto const info = ask_program(program.fd)) program_by_id[info->info.id] = program.name;
    }

    template <class Key>
    static std::string in(std::map<Key, std::string> const& table, Key key) {
        auto const found = table.find(key);
        return found == table.end() ? "?" : found->second;
    }

    /// The map that a 64-bit immediate names; nothing where it names none.
    std::optional<std::string> of(bpf_insn const& first, bpf_insn const& second, bool by_id) const {
        auto const offset = format("+%u", static_cast<unsigned>(second.imm));
        switch (first.src_reg) {
        case 1: return "map " + one(first.imm, by_id);
        case 2: return "value " + one(first.imm, by_id) + offset;
        case 5: return "map " + indexed(first.imm);
        case 6: return "value " + indexed(first.imm) + offset;
        default: return std::nullopt;
        }
    }

  private:
    void add(loaded_map const& map) {
        if (map.fd < 0) return;
        map_by_fd[map.fd] = map.name;
        if (auto const info = ask_map(map.fd)) map_by_id[info->id] = map.name;
    }

    std::string one(int number, bool by_id) const {
        return by_id ? in(map_by_id, static_cast<std::uint32_t>(number)) : in(map_by_fd, number);
    }

    std::string indexed(int index) const {
        auto const at = static_cast<std::size_t>(index);
        return at < fd_array.size() ? in(map_by_fd, fd_array[at]) : "?";
    }
};

inline std::string immediate(bpf_insn const& first, bpf_insn const& second, names const& known, bool by_id) {
    if (auto const map = known.of(first, second, by_id)) return *map;
    auto const value = std::uint64_t{static_cast<std::uint32_t>(first.imm)} |
                       std::uint64_t{static_cast<std::uint32_t>(second.imm)} << 32;
    if (by_id && is_kernel_address(value)) return "address";
    return format("%u:%016llx", first.src_reg, static_cast<unsigned long long>(value));
}

/// One line each: its number, the code, the registers (destination, source), the offset, the immediate value.
inline std::string listing(std::vector<bpf_insn> const& code, names const& known, bool by_id) {
    std::string text;
    for (std::size_t at = 0; at != code.size(); ++at) {
        auto const& insn = code[at];
        auto const where = static_cast<unsigned>(at);
        if (insn.code == 0x18 && at + 1 != code.size()) {
            text +=
                format("    %4u: 18 r%u ", where, insn.dst_reg) + immediate(insn, code[at + 1], known, by_id) + '\n';
            ++at;
            continue;
        }
        text += format("    %4u: %02x r%u r%u %+d %08x\n", where, insn.code, insn.dst_reg, insn.src_reg, insn.off,
                       static_cast<unsigned>(insn.imm));
    }
    return text;
}

inline bool is_of_maps(bpf_map_info const& info) {
    return info.type == BPF_MAP_TYPE_ARRAY_OF_MAPS || info.type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/// What a loader puts into maps: data sections, maps, programs.
inline std::string content(loaded_map const& map, bpf_map_info const& info, names const& known) {
    std::string text;
    auto const fd = map.fd;
    if (is_of_maps(info) || info.type == BPF_MAP_TYPE_PROG_ARRAY) {
        auto const& table = is_of_maps(info) ? known.map_by_id : known.program_by_id;
        for (std::uint32_t key = 0; info.key_size == 4 && key != 64; ++key)
            if (auto const value = look_up(fd, key, 4)) {
                std::uint32_t id = 0;
                std::memcpy(&id, value->data(), 4);
                text += format("  [%u] ", key) + names::in(table, id) + '\n';
            }
    } else if (map.name.find('.') != map.name.npos) {
        if (auto const value = look_up(fd, 0, info.value_size)) text += "  bytes " + hex(*value) + '\n';
    }
    return text;
}

inline std::string of_map(loaded_map const& map, names const& known) {
    auto const asked = map.fd < 0 ? std::nullopt : ask_map(map.fd);
    if (!asked) return "map " + map.name + " not made\n";
    auto const& info = *asked;
    return "map " + map.name + " kernel_name=" + info.name +
           format(" type=%u key=%u value=%u max=%u flags=%#x extra=%#llx btf_key=%u btf_value=%u vmlinux_value=%u "
                  "frozen=%d\n",
                  info.type, info.key_size, info.value_size, info.max_entries, info.map_flags,
                  static_cast<unsigned long long>(info.map_extra), info.btf_key_type_id, info.btf_value_type_id,
                  info.btf_vmlinux_value_type_id, is_frozen(map.fd) ? 1 : 0) +
           content(map, info, known);
}

inline std::string of_debug_info(asked_program const& asked) {
    std::string text = format("  kernel_name=%s tag=", asked.info.name);
    for (auto const byte : asked.info.tag) text += format("%02x", byte);
    text +=
        format(" gpl=%u verified=%u\n", static_cast<unsigned>(asked.info.gpl_compatible), asked.info.verified_insns);
    text += "  functions";
    for (auto const& function : asked.functions) text += format(" %u:%u", function.insn_off, function.type_id);
    text += "\n  lines";
    for (auto const& line : asked.lines)
        text += format(" %u:%u:%u", line.insn_off, BPF_LINE_INFO_LINE_NUM(line.line_col),
                       BPF_LINE_INFO_LINE_COL(line.line_col));
    return text + '\n';
}

inline std::string of_program(loaded_program const& program, names const& known) {
    std::string text = "program " + program.name + " section=" + program.section +
                       format(" type=%u attach=%u ", program.type, program.expected_attach_type);
    if (!program.asked) return text + "not asked for\n";
    if (program.fd < 0) return text + format("refused %d ", program.refused) + std::strerror(program.refused) + '\n';
    text += "loaded\n";
    auto const asked = ask_program(program.fd);
    if (asked) text += of_debug_info(*asked);
    text += "  as loaded\n" + listing(program.instructions, known, false);
    if (asked) text += "  as the kernel has it\n" + listing(asked->xlated, known, true);
    return text;
}

} // namespace detail

/// The object, its maps in their order, its programs in theirs.
inline std::string text(loaded_object const& object) {
    auto text = "object " + object.name;
    text += object.refused != 0 ? detail::format(" refused %d ", object.refused) + std::strerror(object.refused) : "";
    text += '\n';
    if (auto const btf = object.btf_fd < 0 ? std::nullopt : ask_btf(object.btf_fd))
        text += detail::format("btf %zu bytes %016llx\n", btf->size(), static_cast<unsigned long long>(hash_of(*btf)));
    detail::names const known(object);
    for (auto const& map : object.maps) text += detail::of_map(map, known);
    for (auto const& program : object.programs) text += detail::of_program(program, known);
    return text;
}

/// One line: how many programs there are, were asked for, were loaded, and which were not.
inline std::string summary(loaded_object const& object) {
    unsigned asked = 0, loaded = 0;
    std::string refused;
    for (auto const& program : object.programs) {
        asked += program.asked ? 1 : 0;
        loaded += program.fd >= 0 ? 1 : 0;
        if (program.asked && program.fd < 0)
            refused += ' ' + program.name + '(' + program.section + "): " + std::strerror(program.refused) + ';';
    }
    auto text = object.name + detail::format(": %zu maps, %zu programs, %u asked for, %u loaded", object.maps.size(),
                                             object.programs.size(), asked, loaded);
    if (object.refused != 0) text += detail::format("; refused whole: %s", std::strerror(object.refused));
    return text + (refused.empty() ? "" : "; refused:" + refused) + '\n';
}

} // namespace peer
