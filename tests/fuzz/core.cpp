// CO-RE: an object's types, its .BTF.ext, the code of one of its sections and the types of a target, all of them wrong if
// need be. The first two bytes say whose section it is and which of its relocations are asked for. What was answered does not depend on how much room there was.
// SPDX-License-Identifier: BSL-1.0

#include "support.hpp"

#include <bpfxx/btf/ext.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/core/patch.hpp>
#include <bpfxx/core/resolve.hpp>
#include <bpfxx/core/target.hpp>
#include <bpfxx/core/unresolved.hpp>

#include <cstring>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
namespace core = bpfxx::core;
using bpfxx::insn::instruction;
using fuzz::require;

/// Each question may cost a million steps: so many are asked.
constexpr std::size_t most_relocations = 12;

struct answers {
    core::malformed index{};
    std::vector<core::malformed> problems{};
    std::vector<instruction> code{};
    bool target_broken = false;
};

struct question {
    btf::indexed_view const& local;
    std::vector<core::core_relo> const& relocations;
    std::vector<instruction> const& code;
    std::string_view kernel;
};

answers answer(question const& asked, std::size_t checkpoints, std::size_t remembered) {
    answers made{.code = asked.code};
    std::vector<core::root> roots(asked.relocations.size());
    std::vector<core::candidate> room(256);
    core::candidates found{roots, room};
    // Each by itself: one that is refused does not hide the others.
    for (auto const& one : asked.relocations) (void)found.add(asked.local, {&one, 1});
    found.ready();
    auto const opened = core::target::open(asked.kernel);
    if (!opened) return made;
    std::vector<std::uint32_t> index(checkpoints);
    core::target targets[]{*opened};
    made.index = targets[0].index(index, found);
    if (made.index.why != core::reason::none) return made;
    std::vector<core::remembered> memory(remembered);
    core::resolver resolver{asked.local, found, targets, memory};
    std::uint32_t number = 0;
    for (auto const& one : asked.relocations) {
        auto const problem = core::relocate(resolver, made.code, {&one, 1}, number++);
        made.target_broken |= problem.why == core::reason::target_malformed;
        made.problems.push_back(problem);
    }
    return made;
}

void compare(answers const& left, answers const& right) {
    require(left.index == right.index);
    require(left.code == right.code);
    require(left.problems == right.problems);
}

fuzz::digest read_whole(std::string_view bytes) {
    fuzz::digest seen;
    fuzz::parts all{bytes};
    auto const wanted = all.number(1);
    auto const first = static_cast<std::uint32_t>(all.number(1) * most_relocations);
    auto const types = btf::view::parse(all.next());
    auto const ext_bytes = all.next();
    auto const code_bytes = all.next();
    if (!types) return seen;
    auto const ext = btf::ext_view::parse(ext_bytes, *types);
    if (!ext) return seen;
    std::vector<std::uint32_t> offsets(types->index_size());
    auto const local = *types->index(offsets);
    std::vector<core::core_relo> relocations;
    std::uint64_t number = 0;
    for (auto const section : ext->core()) {
        if (number++ != wanted) continue;
        for (std::uint32_t at = first; at < section.records.size() && at != first + most_relocations; ++at)
            relocations.push_back(section.records[at]);
    }
    std::vector<instruction> code(code_bytes.size() / sizeof(instruction));
    if (!code.empty()) std::memcpy(code.data(), code_bytes.data(), code.size() * sizeof(instruction));

    for (auto const& one : relocations) {
        auto const access = core::read_access(local, one);
        if (access) require(access->count <= access->steps.size());
        seen(access.error().why);
    }
    question const asked{local, relocations, code, all.rest()};
    auto const plain = answer(asked, 64, 0);
    compare(plain, answer(asked, 2, 0));
    if (!plain.target_broken) compare(plain, answer(asked, 5, 3));
    for (auto const& problem : plain.problems) {
        require(!core::sentence(problem.why).empty() && core::sentence(problem.why) != "unknown reason");
        seen(problem.why);
    }
    for (auto const& one : plain.code) {
        seen(one.imm);
        seen(one.off);
        seen(one.code);
        auto const unresolved = core::unresolved_relocation(one);
        seen(unresolved.value_or(0));
    }
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}
