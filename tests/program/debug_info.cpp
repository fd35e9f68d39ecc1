// The lines of C++ in the verifier's log and in bpftool's dump.
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/traced.hpp>
#include <bpfxx/program/debug_info.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr unsigned first_line = __LINE__ + 2;
constexpr auto code = assemble_with_lines( //
    mov(r6, 1),                            // the first
    load_imm64(r1, 2), mov(r2, 3),
    call_subprogram("sum"), //
    exit(),
    subprogram("sum"), //
    mov(r0, r1), add(r0, r2), exit());

static_assert(code.functions.size() == 2 && code.functions[1].name == "sum" && code.functions[1].start == 6);
static_assert(code.places[0].line() == first_line && code.places[1].line() == first_line + 1);
static_assert(code.places[2].line() == first_line + 1 && code.places[3].line() == first_line + 1);
static_assert(code.starts_line(0) && code.starts_line(1) && !code.starts_line(2) && !code.starts_line(3));

// While compiling, without the text.
constexpr debug_info numbers_only{code, "adds"};
static_assert(numbers_only.functions().size() == 2 && numbers_only.functions()[1].insn_off == 6);
static_assert(numbers_only.lines().size() == 5 && numbers_only.lines()[1].insn_off == 1);
static_assert(numbers_only.lines()[1].line_col >> 10 == first_line + 1);
static_assert(numbers_only.lines()[4].insn_off == 6 && numbers_only.lines()[4].line_off == 0);

TEST_CASE("a line of a text") {
    static_assert(bpfxx::detail::line_of("one\n  two\n\nfour", 1) == "one");
    static_assert(bpfxx::detail::line_of("one\n  two\n\nfour", 2) == "two");
    static_assert(bpfxx::detail::line_of("one\n  two\n\nfour", 3).empty());
    static_assert(bpfxx::detail::line_of("one\n  two\n\nfour", 4) == "four");
    static_assert(bpfxx::detail::line_of("one\n  two\n\nfour", 5).empty());
}

std::string this_file() {
    std::ifstream file{__FILE__};
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
}

TEST_CASE("the verifier's log shows the lines") {
    auto const source = this_file();
    if (source.empty()) return support::skip("this source file is not where it was compiled");
    debug_info const debug{code, "adds", source};
    auto const types = btf::load(debug.types());
    REQUIRE(types);
    std::array<char, 16'384> buffer{};
    verifier_log const log{.buffer = buffer, .level = log_level::every_state};
    auto const loaded = socket_filter_program::load({.insns = code.code,
                                                     .license = "GPL",
                                                     .name = "adds",
                                                     .btf = *types,
                                                     .func_info = debug.functions(),
                                                     .line_info = debug.lines()},
                                                    log);
    REQUIRE(loaded);
    auto const text = log.text();
    CHECK(text.find("; mov(r6, 1),                            // the first") != text.npos);
    CHECK(text.find("; load_imm64(r1, 2), mov(r2, 3),") != text.npos);
    CHECK(text.find("; mov(r0, r1), add(r0, r2), exit());") != text.npos);
    if (text.find(" @ ") != text.npos) // Linux 6.9
        CHECK(text.find("@ debug_info.cpp:" + std::to_string(first_line + 1)) != text.npos);

    if (std::system("command -v bpftool >/dev/null 2>&1") != 0) return;
    auto const id = static_cast<unsigned>((*loaded->info())->id);
    std::FILE* const pipe = ::popen(("bpftool prog dump xlated id " + std::to_string(id)).c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string shown;
    for (char piece[512]; std::fgets(piece, sizeof piece, pipe) != nullptr;) shown += piece;
    CHECK(::pclose(pipe) == 0);
    CHECK(shown.find("long adds(void * context):") != shown.npos);
    CHECK(shown.find("long sum(void * context):") != shown.npos);
    CHECK(shown.find("; load_imm64(r1, 2), mov(r2, 3),") != shown.npos);
}

TEST_CASE("without the text the log still has the numbers") {
    auto const types = btf::load(numbers_only.types());
    REQUIRE(types);
    auto const loaded = socket_filter_program::load({.insns = code.code,
                                                     .license = "GPL",
                                                     .btf = *types,
                                                     .func_info = numbers_only.functions(),
                                                     .line_info = numbers_only.lines()});
    CHECK(loaded);
}

TEST_CASE("lines without room are left without text") {
    std::string endless(first_line - 1, '\n');
    endless += std::string(1'000'000, 'x');
    debug_info const debug{code, "adds", endless};
    CHECK(debug.lines()[0].line_off == 0);
    CHECK(debug.lines()[0].file_name_off != 0);
    CHECK(btf::load(debug.types()));
}

} // namespace
