#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <bpfxx/classic/alu.hpp>
#include <bpfxx/classic/check.hpp>
#include <bpfxx/classic/instruction.hpp>
#include <bpfxx/classic/jump.hpp>
#include <bpfxx/classic/load.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/each.hpp>

namespace bpfxx::classic {

namespace detail {

struct assembler;

/// What statements need; counted from their types, so that the size of the filter is part of its type.
struct footprint {
    std::size_t instructions = 0;
    std::size_t labels = 0;
    std::size_t references = 0;

    constexpr void add(footprint const& other) noexcept {
        instructions += other.instructions;
        labels += other.labels;
        references += other.references;
    }
};

template <class T>
struct statement_footprint;

template <>
struct statement_footprint<instruction> {
    static constexpr footprint value{.instructions = 1};
};

template <std::size_t N>
struct statement_footprint<std::array<instruction, N>> {
    static constexpr footprint value{.instructions = N};
};

template <>
struct statement_footprint<jump_reference> {
    static constexpr footprint value{.instructions = 1, .references = 1};
};

template <>
struct statement_footprint<branch_reference> {
    static constexpr footprint value{.instructions = 1, .references = 2};
};

template <>
struct statement_footprint<label_definition> {
    static constexpr footprint value{.labels = 1};
};

template <class T>
concept statement = requires { statement_footprint<T>::value; };

template <class... T>
inline constexpr bool all_statements = insn::detail::all_hold<statement<T>...>;

template <class... T>
inline constexpr footprint total = insn::detail::sum_of<footprint>({&statement_footprint<T>::value...});

/// The instructions that a jump skips on its way to a label.
constexpr std::uint32_t skipped(std::size_t jump, std::size_t target) noexcept {
    if (target <= jump) ill_formed("a classic filter only jumps forward: put the label after the jump");
    return static_cast<std::uint32_t>(target - jump - 1);
}

constexpr std::uint8_t skipped_by_branch(std::size_t jump, std::size_t target) noexcept {
    auto const count = skipped(jump, target);
    if (count > 255) ill_formed("a conditional jump skips at most 255 instructions: go further with jump()");
    return static_cast<std::uint8_t>(count);
}

template <footprint Size>
class listing {
  public:
    constexpr void put(instruction const& one) noexcept { code_[used_++] = one; }

    template <std::size_t N>
    constexpr void put(std::array<instruction, N> const& many) noexcept {
        for (instruction const& one : many) put(one);
    }

    constexpr void put(label_definition const& one) noexcept {
        for (std::size_t i = 0; i != labels_used_; ++i)
            if (labels_[i].name == one.name) ill_formed("two labels have this name: a label names one instruction");
        labels_[labels_used_++] = {one.name, used_};
    }

    constexpr void put(jump_reference const& one) noexcept {
        refer(one.target, field::k);
        put(instruction{static_cast<std::uint16_t>(opcode::ja)});
    }

    constexpr void put(branch_reference const& one) noexcept {
        if (one.if_true) refer(*one.if_true, field::jt);
        if (one.if_false) refer(*one.if_false, field::jf);
        put(one.test);
    }

    constexpr std::array<instruction, Size.instructions> const& finish() noexcept {
        for (std::size_t i = 0; i != references_used_; ++i) resolve(references_[i]);
        if (auto const wrong = check()) sentence_of(wrong->what, true);
        return code_;
    }

  private:
    enum class field : std::uint8_t { k, jt, jf };

    struct label_position {
        std::string_view name;
        std::size_t at = 0;
    };

    struct reference {
        std::string_view name;
        std::size_t from = 0;
        field distance = field::k;
    };

    constexpr void refer(std::string_view name, field distance) noexcept {
        references_[references_used_++] = {name, used_, distance};
    }

    constexpr std::size_t find(std::string_view name) const noexcept {
        for (label_position const& one : labels_)
            if (one.name == name) return one.at;
        ill_formed("no label has the name that this jump goes to");
    }

    constexpr void resolve(reference const& one) noexcept {
        instruction& from = code_[one.from];
        std::size_t const target = find(one.name);
        switch (one.distance) {
        case field::k: from.k = skipped(one.from, target); return;
        case field::jt: from.jt = skipped_by_branch(one.from, target); return;
        case field::jf: from.jf = skipped_by_branch(one.from, target); return;
        }
    }

    constexpr std::optional<fault> check() const noexcept {
        if constexpr (Size.instructions == 0)
            return fault{mistake::empty, 0};
        else if constexpr (Size.instructions > most_instructions)
            return fault{mistake::too_long, most_instructions};
        else {
            std::array<cell_set, Size.instructions> room{};
            return check_in(code_, room);
        }
    }

    std::array<instruction, Size.instructions> code_{};
    std::array<label_position, Size.labels> labels_{};
    std::array<reference, Size.references> references_{};
    std::size_t used_ = 0;
    std::size_t labels_used_ = 0;
    std::size_t references_used_ = 0;
};

} // namespace detail

/// An assembled filter of N instructions, which the kernel takes.
/// UAPI: `struct sock_fprog`
template <std::size_t N>
class [[nodiscard]] filter {
  public:
    /// The instructions; they live as long as this object.
    constexpr std::span<instruction const> instructions() const noexcept { return code_; }

    /// The same, so that a filter can be given wherever instructions are asked for.
    constexpr operator std::span<instruction const>() const noexcept { return code_; }

  private:
    friend detail::assembler;

    explicit constexpr filter(std::array<instruction, N> const& given_code) noexcept : code_{given_code} {}

    std::array<instruction, N> code_;
};

namespace detail {

struct assembler {
    template <class... Statement>
    static constexpr auto assemble(Statement const&... statements) noexcept {
        constexpr footprint size = total<Statement...>;
        listing<size> all;
        [[maybe_unused]] bool const in_order[] = {true, (all.put(statements), true)...};
        return filter<size.instructions>{all.finish()};
    }
};

} // namespace detail

/// Turns statements into a filter while compiling: instructions, arrays of instructions (as tcpdump -dd prints them),
/// labels and jumps. What the kernel would refuse does not compile.
/// UAPI: `struct sock_filter`
template <class... Statement>
    requires detail::all_statements<Statement...>
consteval auto assemble(Statement const&... statements) {
    return detail::assembler::assemble(statements...);
}

template <class... Statement>
    requires(!detail::all_statements<Statement...>)
void assemble(Statement const&...) = delete; // assemble() takes instructions, labels and jumps, nothing else

} // namespace bpfxx::classic
