#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/core/patch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace core_test {

namespace btf = bpfxx::btf;
namespace core = bpfxx::core;
namespace insn = bpfxx::insn;

inline std::string read_file(std::string const& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline std::string folder() { return BPFXX_TESTS "/core/"; }

struct section {
    std::string name;
    std::vector<core::core_relo> relocations;
    std::vector<insn::instruction> code;
};

/// What relocations are about in an object file, read by hand and in trust: the readers of the library have tests of
/// their own.
class object {
  public:
    explicit object(std::string const& path) : file_{read_file(path)} {
        REQUIRE(file_.size() > 64);
        btf_ = contents(".BTF");
        auto const parsed = btf::view::parse(btf_);
        REQUIRE(parsed);
        view_ = *parsed;
        offsets_.resize(view_.index_size());
        read_relocations(contents(".BTF.ext"));
    }
    object(object const&) = delete;
    object& operator=(object const&) = delete;

    [[nodiscard]] btf::indexed_view types() { return *view_.index(offsets_); }
    [[nodiscard]] std::vector<section> const& sections() const { return sections_; }
    [[nodiscard]] std::string_view blob() const { return btf_; }

  private:
    template <class Number>
    [[nodiscard]] static Number load(std::string_view from, std::size_t at) {
        Number value{};
        std::memcpy(&value, from.data() + at, sizeof value);
        return value;
    }

    [[nodiscard]] std::string contents(std::string_view name) const {
        auto const headers = load<std::uint64_t>(file_, 40);
        auto const count = load<std::uint16_t>(file_, 60);
        auto const names = load<std::uint64_t>(file_, headers + 64U * load<std::uint16_t>(file_, 62) + 24);
        for (std::size_t at = headers; at < headers + 64U * count; at += 64) {
            if (name != file_.data() + names + load<std::uint32_t>(file_, at)) continue;
            return file_.substr(load<std::uint64_t>(file_, at + 24), load<std::uint64_t>(file_, at + 32));
        }
        return {};
    }

    void read_relocations(std::string const& ext) {
        auto const word = [&](std::size_t at) { return load<std::uint32_t>(ext, at); };
        std::size_t at = word(4) + word(24);
        std::size_t const end = at + word(28);
        std::size_t const stride = word(at);
        for (at += 4; at < end;) {
            section made{std::string{*view_.string(btf::string_offset{word(at)})}, {}, {}};
            std::uint32_t left = word(at + 4);
            for (at += 8; left > 0; --left, at += stride) {
                made.relocations.push_back(
                    {word(at) / 8, word(at + 4), word(at + 8), core::core_relo_kind{word(at + 12)}});
            }
            std::string const code = contents(made.name);
            for (std::size_t slot = 0; slot + 8 <= code.size(); slot += 8) {
                made.code.push_back(load<insn::instruction>(code, slot));
            }
            sections_.push_back(std::move(made));
        }
    }

    std::string file_;
    std::string btf_;
    btf::view view_;
    std::vector<std::uint32_t> offsets_;
    std::vector<section> sections_;
};

/// A whole relocation of an object, with storage of the sizes that the documentation names.
struct relocated {
    std::vector<section> sections;
    core::malformed problem{};
    std::size_t roots = 0;
    std::size_t candidates = 0;
};

inline relocated relocate(object& from, std::string_view kernel, std::size_t checkpoints = 8192,
                          std::size_t memory = 64) {
    relocated made{from.sections(), {}};
    btf::indexed_view const local = from.types();
    std::size_t count = 0;
    for (section const& one : made.sections) count += one.relocations.size();
    std::vector<core::root> roots(std::min<std::size_t>(count, local.view().type_count()));
    std::vector<core::candidate> room(4 * roots.size() + 32);
    std::vector<std::uint32_t> index(checkpoints);
    std::vector<core::remembered> remembered(memory);

    core::candidates found{roots, room};
    std::uint32_t number = 0;
    for (section const& one : made.sections) {
        made.problem = found.add(local, one.relocations, number);
        if (made.problem.why != core::reason::none) return made;
        number += static_cast<std::uint32_t>(one.relocations.size());
    }
    found.ready();
    auto const opened = core::target::open(kernel);
    if (!opened) {
        made.problem = {core::reason::target_malformed, core::no_relocation, {}, opened.error()};
        return made;
    }
    core::target targets[]{*opened};
    made.problem = targets[0].index(index, found);
    if (made.problem.why != core::reason::none) return made;
    made.roots = found.roots().size();
    made.candidates = found.all().size();
    core::resolver resolver{local, found, targets, remembered};
    number = 0;
    for (section& one : made.sections) {
        made.problem = core::relocate(resolver, one.code, one.relocations, number);
        if (made.problem.why != core::reason::none) return made;
        number += static_cast<std::uint32_t>(one.relocations.size());
    }
    return made;
}

/// What became of one instruction, in the words of targets/*.txt.
inline std::string outcome(section const& before, section const& after, std::size_t at) {
    insn::instruction const was = before.code[at];
    insn::instruction const is = after.code[at];
    if (core::unresolved_relocation(is)) return " unresolved";
    auto const low = std::uint64_t{static_cast<std::uint32_t>(is.imm)};
    auto const group = insn::opcode_class(was.code & 7);
    if (group == insn::opcode_class::ld) {
        auto const high = std::uint64_t{static_cast<std::uint32_t>(after.code[at + 1].imm)};
        return " imm64 " + std::to_string(high << 32 | low);
    }
    if (group == insn::opcode_class::alu || group == insn::opcode_class::alu64) return " imm " + std::to_string(low);
    std::string text = " off " + std::to_string(is.off);
    constexpr int sizes[] = {4, 2, 1, 8};
    if (is.code != was.code) text += " mem_sz " + std::to_string(sizes[is.code >> 3 & 3]);
    return text;
}

} // namespace core_test
