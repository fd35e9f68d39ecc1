#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/version.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/probe/glob.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::probe {

/// A function of a binary on disk.
struct function {
    /// Without its version; it lies in the file.
    std::string_view name{};
    /// Where its first instruction lies in the file, as uprobes want it.
    std::uint64_t offset = 0;
    /// Bytes; 0 where the file does not say, as of some that were written in assembly.
    std::uint64_t size = 0;

    /// The offset so many bytes further. There has to be the start of an instruction: the kernel does not check.
    /// Errors: `beyond_function`
    [[nodiscard]] constexpr elf::parsed<std::uint64_t> at(std::uint64_t distance) const noexcept {
        if (distance != 0 && distance >= size)
            return elf::malformed{elf::reason::beyond_function, elf::no_section, offset};
        return offset + distance;
    }
};

namespace detail {

/// A name with what follows its first `@`: `name@VERSION`, or `name@@VERSION` for the default one.
struct versioned_name {
    std::string_view name{};
    elf::symbol_version version{};

    explicit constexpr versioned_name(std::string_view text) noexcept : name{text} {
        std::size_t at = 0;
        while (at != text.size() && text[at] != '@') ++at;
        if (at == text.size()) return;
        name = {text.data(), at};
        version.is_default = at + 1 != text.size() && text[at + 1] == '@';
        std::size_t const start = at + (version.is_default ? 2 : 1);
        version.name = {text.data() + start, text.size() - start};
    }

    /// What is asked for without a version can have any; with one `@` it may be the default as well.
    [[nodiscard]] constexpr bool asks_for(versioned_name const& other) const noexcept {
        if (name != other.name) return false;
        if (version.name.empty()) return true;
        return version.name == other.version.name && (!version.is_default || other.version.is_default);
    }
};

[[nodiscard]] constexpr bool is_function(elf::symbol const& what) noexcept {
    bool const code = what.type() == elf::symbol_type::func || what.type() == elf::symbol_type::gnu_ifunc;
    return code && what.is_defined();
}

/// Shows each function's symbol to `visit`, with its name and version: those that the file exports, then all.
template <class Visit>
[[nodiscard]] constexpr elf::malformed for_each_function(elf::view const& file, Visit visit) noexcept {
    auto const exported = elf::symbols(file, elf::section_type::dynsym);
    if (!exported) return exported.error();
    auto const versions = elf::versions(file, *exported);
    if (!versions) return versions.error();
    auto const all = elf::symbols(file, elf::section_type::symtab);
    if (!all) return all.error();
    for (elf::symbol const one : *exported) {
        if (!is_function(one)) continue;
        versioned_name name{one.name()};
        name.version = versions->of(one.index());
        visit(one, name);
    }
    for (elf::symbol const one : *all)
        if (is_function(one)) visit(one, versioned_name{one.name()});
    return {};
}

/// Which of several symbols of one name is meant: what programs that are linked now get, and local ones last.
[[nodiscard]] constexpr int rank(elf::symbol const& what, versioned_name const& name) noexcept {
    if (what.binding() == elf::symbol_binding::local) return 1;
    int const by_binding = what.binding() == elf::symbol_binding::weak ? 2 : 3;
    return name.version.is_default ? by_binding + 2 : by_binding;
}

struct best_function {
    elf::symbol symbol{};
    std::string_view name{};
    int rank = 0;
    bool ambiguous = false;

    constexpr void consider(elf::symbol const& what, versioned_name const& called) noexcept {
        int const its_rank = detail::rank(what, called);
        if (its_rank > rank)
            *this = {what, called.name, its_rank, false};
        else if (its_rank == rank && what.value() != symbol.value())
            ambiguous = true;
    }
};

} // namespace detail

/// Finds a function by name: "malloc", or one version of it, "memcpy@GLIBC_2.2.5". Without a version it is the one that
/// programs get which are linked now; a global symbol goes before a weak one, and both before local ones. Names of C++
/// functions are mangled. Needs the file's section headers, and of a stripped file only what it exports is found.
/// An indirect function (STT_GNU_IFUNC), such as glibc's strlen, is refused: its symbol leads to the code that chooses
/// among several functions while loading. Probe one of these, which a file that is not stripped names, such as
/// __strlen_avx2.
/// Errors: `no_such_function`; `ambiguous_function` as with static functions of several source files: `find_functions`
/// gives them all; `indirect_function`; `address_outside` its code is not in the file, as in those for debuggers
/// Costs: two walks over the symbols, no allocation
[[nodiscard]] constexpr elf::parsed<function> find_function(elf::view const& file, std::string_view name) noexcept {
    detail::versioned_name const wanted{name};
    detail::best_function best;
    elf::malformed const problem =
        detail::for_each_function(file, [&](elf::symbol const& one, detail::versioned_name const& called) {
            if (wanted.asks_for(called)) best.consider(one, called);
        });
    if (problem.why != elf::reason::none) return problem;
    if (best.rank == 0) return elf::malformed{elf::reason::no_such_function};
    if (best.ambiguous) return elf::malformed{elf::reason::ambiguous_function};
    if (best.symbol.type() == elf::symbol_type::gnu_ifunc) return elf::malformed{elf::reason::indirect_function};
    auto const offset = file.file_offset(best.symbol.value());
    if (!offset) return elf::malformed{elf::reason::address_outside};
    return function{best.name, *offset, best.symbol.size()};
}

/// What a search for many functions found.
struct found_functions {
    /// How many offsets were stored.
    std::size_t stored = 0;
    /// Room that is enough for all: `stored` where all were, else as many as match, counting one under two names twice.
    std::size_t room_needed = 0;
};

namespace detail {

/// Sorted offsets without repetition, as far as there is room.
class offset_set {
  public:
    explicit constexpr offset_set(std::span<std::uint64_t> room) noexcept : room_{room} {}

    constexpr void insert(std::uint64_t offset) noexcept {
        std::size_t at = place_of(offset);
        if (at != size_ && room_[at] == offset) return;
        if (size_ == room_.size()) {
            ++without_room_;
            return;
        }
        for (std::size_t i = size_++; i != at; --i) room_[i] = room_[i - 1];
        room_[at] = offset;
    }

    [[nodiscard]] constexpr found_functions found() const noexcept { return {size_, size_ + without_room_}; }

  private:
    [[nodiscard]] constexpr std::size_t place_of(std::uint64_t offset) const noexcept {
        std::size_t low = 0, high = size_;
        while (low != high) {
            std::size_t const middle = low + (high - low) / 2;
            if (room_[middle] < offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    std::span<std::uint64_t> room_;
    std::size_t size_ = 0;
    std::size_t without_room_ = 0;
};

} // namespace detail

/// Stores the offsets of all functions whose names, without versions, match a pattern (see `matches`), in rising order
/// and each once however many names it has. Indirect functions and those whose code is not in the file are left out.
/// Costs: two walks over the symbols, no allocation; storing one moves those behind it
[[nodiscard]] constexpr elf::parsed<found_functions> find_functions(elf::view const& file, std::string_view pattern,
                                                                    std::span<std::uint64_t> offsets) noexcept {
    detail::offset_set set{offsets};
    elf::malformed const problem =
        detail::for_each_function(file, [&](elf::symbol const& one, detail::versioned_name const& called) {
            if (one.type() == elf::symbol_type::gnu_ifunc || !matches(pattern, called.name)) return;
            auto const offset = file.file_offset(one.value());
            if (offset) set.insert(*offset);
        });
    if (problem.why != elf::reason::none) return problem;
    return set.found();
}

} // namespace bpfxx::probe
