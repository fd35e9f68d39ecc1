// SPDX-License-Identifier: BSL-1.0

// Programs read from text, loaded, and what the kernel made of them as text again, beside what bpftool says of it.
#include <bpfxx/insn/disassemble.hpp>
#include <bpfxx/insn/parse.hpp>

#include <bpfxx/map/array.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/skip.hpp"
#include "reading.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <regex>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bpfxx;
using insn::instruction;
using tests::insn::slots;

using filter = program<program_kind::socket_filter>;

slots assembled(std::initializer_list<std::string_view> lines) {
    slots all;
    for (auto const line : lines) {
        auto const result = insn::parse(line);
        REQUIRE_MESSAGE(result, std::string{line}, ": ", std::string{result.problem().sentence});
        for (instruction const& one : result.instructions()) all.push_back(one);
    }
    return all;
}

filter loaded(slots const& code) {
    std::array<char, 16'384> log{};
    auto made = filter::load({.insns = code, .license = "GPL", .name = "read_from_text"}, log);
    if (!made) FAIL(std::string{made.error().log});
    return std::move(*made);
}

/// The instructions as the verifier left them.
slots xlated(filter const& program) {
    auto const size = program.info();
    REQUIRE(size);
    slots code((*size)->xlated_prog_len / sizeof(instruction));
    auto const info = program.info({.xlated_prog_len = (*size)->xlated_prog_len, .xlated_prog_insns = code.data()});
    REQUIRE(info);
    REQUIRE((*info)->xlated_prog_len == code.size() * sizeof(instruction));
    return code;
}

std::map<std::size_t, std::string> lines_of(slots const& code) {
    std::map<std::size_t, std::string> all;
    for (auto const& [slot, text] : insn::disassembly(code, {.names = true})) all.emplace(slot, text.view());
    return all;
}

bool has(std::map<std::size_t, std::string> const& lines, std::string_view part) {
    for (auto const& [slot, line] : lines)
        if (line.find(part) != line.npos) return true;
    return false;
}

std::string hexadecimal(std::uint32_t number) {
    std::ostringstream out;
    out << "0x" << std::hex << number;
    return out.str();
}

std::string output_of(std::string const& command) {
    std::string text;
    std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return text;
    std::array<char, 4096> some;
    while (auto const size = std::fread(some.data(), 1, some.size(), pipe)) text.append(some.data(), size);
    return pclose(pipe) == 0 ? text : std::string{};
}

/// A line of bpftool's in the words that parse reads: its jumps are `goto pc+3`, its maps are named by their ids, and
/// its constants of 64 bits do not say that they are.
std::string in_our_words(std::string text, instruction const& slot) {
    if (slot.code == insn::wide_opcode && slot.src() == 0) return text + " ll";
    text = std::regex_replace(text, std::regex{"goto pc"}, "goto ");
    text = std::regex_replace(text, std::regex{R"(map\[id:(\d+)\]\[0\]\+(\d+))"}, "map_val(map_by_fd($1)) + $2");
    return std::regex_replace(text, std::regex{R"(map\[id:(\d+)\])"}, "map_by_fd($1)");
}

/// Slot for slot: the same opcodes, and of all but calls the same text. Returns how many lines were compared.
std::size_t compare_with_bpftool(slots const& code, std::string const& dump) {
    std::size_t compared = 0;
    std::size_t next = 0;
    std::regex const shape{R"(^ *(\d+): \(([0-9a-f]{2})\) (.*)$)"};
    std::istringstream in{dump};
    for (std::string line; std::getline(in, line);) {
        std::smatch part;
        if (!std::regex_match(line, part, shape)) continue; // the name of a function, or a line of source
        CAPTURE(line);
        REQUIRE(std::stoul(part[1]) == next);
        REQUIRE(next < code.size());
        std::size_t const size = code[next].code == insn::wide_opcode ? 2 : 1;
        CHECK(std::stoul(part[2], nullptr, 16) == code[next].code);
        slots const here{code.begin() + static_cast<std::ptrdiff_t>(next),
                         code.begin() + static_cast<std::ptrdiff_t>(next + size)};
        bool const comparable = code[next].code != 0x85 && !tests::insn::written(here).view().starts_with(".insn");
        if (comparable) CHECK(tests::insn::read(in_our_words(part[3], code[next])) == here);
        next += size;
        ++compared;
    }
    CHECK(next == code.size());
    return compared;
}

using counts = array_map<std::array<std::uint64_t, 2>>;

slots counting(counts const& map) {
    auto const number = std::to_string(map.fd().raw());
    return assembled({
        "r6 = r1",
        "r7 = *(u32 *)(r6 + 0)", // the length of the packet, which the verifier reads from where the kernel has it
        "*(u32 *)(r10 - 4) = 0",
        "r2 = r10",
        "r2 += -4",
        "r1 = map_by_fd(" + number + ")",
        "call bpf_map_lookup_elem",
        "if r0 == 0 goto +2",
        "r1 = 1",
        "lock *(u64 *)(r0 + 0) += r1",
        "r1 = map_val(map_by_fd(" + number + ")) + 8",
        "*(u64 *)(r1 + 0) = r7",
        "call bpf_ktime_get_ns",
        "r0 = be32 r0",
        "if w0 s> 0x7f goto +1",
        "w0 = 7",
        "r1 = 0x1122334455667788 ll",
        "r0 ^= r1",
        "exit",
    });
}

slots with_subprogram() {
    return assembled({
        "call pc+3",
        "if r0 == 0 goto +1",
        "r0 = 1",
        "exit",
        "call bpf_get_prandom_u32",
        "exit",
    });
}

slots with_inlined_helper() { return assembled({"call bpf_get_smp_processor_id", "exit"}); }

TEST_CASE("maps, context, helpers and atomics: what the verifier made of a program reads as what it is") {
    auto const map = counts::create({.name = "counts", .max_entries = 1});
    REQUIRE(map);
    auto const program = loaded(counting(*map));
    auto const made = xlated(program);
    auto const lines = lines_of(made);
    CHECK(tests::insn::read_back(made));
    auto const id = (*map->info())->id;
    auto const by_id = "map_by_fd(" + hexadecimal(static_cast<std::uint32_t>(id)) + ")";
    CHECK(has(lines, "r1 = " + by_id));
    CHECK(has(lines, "r1 = map_val(" + by_id + ") + 0x8"));
    CHECK(has(lines, "lock *(u64 *)(r0 + 0x0) += r1"));
    CHECK(has(lines, "r0 = be32 r0"));
    CHECK(has(lines, "if w0 s> 0x7f goto +0x1"));
    CHECK(has(lines, "r1 = 0x1122334455667788 ll"));
    CHECK(lines.rbegin()->second == "exit");
}

TEST_CASE("subprograms: a call whose distance the kernel keeps elsewhere says so") {
    auto const made = xlated(loaded(with_subprogram()));
    CHECK(tests::insn::read_back(made));
    // A JIT leaves the number of the subprogram in imm and the distance in off.
    auto const first = lines_of(made).at(0);
    bool const rewritten = first.ends_with("# kernel: call of subprogram number imm, off slots away");
    CHECK_MESSAGE((rewritten || first == "call pc+0x3"), first);
}

TEST_CASE("helpers that the verifier replaces by instructions of the kernel's own") {
    auto const made = xlated(loaded(with_inlined_helper()));
    CHECK(tests::insn::read_back(made));
    for (auto const& [slot, line] : lines_of(made))
        if (line.starts_with(".insn")) CHECK_MESSAGE(line.find(" # kernel: ") != line.npos, line);
}

TEST_CASE("bpftool says the same") {
    if (output_of("bpftool version").empty()) return support::skip("bpftool cannot be run");
    auto const map = counts::create({.name = "counts", .max_entries = 1});
    REQUIRE(map);
    for (auto const& code : {counting(*map), with_subprogram(), with_inlined_helper()}) {
        auto const program = loaded(code);
        auto const id = static_cast<std::uint32_t>((*program.info())->id);
        auto const dump = output_of("bpftool prog dump xlated id " + std::to_string(id));
        CHECK(compare_with_bpftool(xlated(program), dump) >= 2);
    }
}

} // namespace
