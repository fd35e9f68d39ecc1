#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/parsed.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::core {

/// Why a CO-RE relocation cannot be applied. That the target lacks what is asked for is no such reason.
enum class reason : std::uint8_t {
    none,
    // about what the object says
    no_such_type,
    unknown_kind,
    anonymous_type,
    access_outside,
    access_text,
    access_too_long,
    access_no_enumerator,
    access_no_member,
    access_no_element,
    access_no_composite,
    no_size,
    too_far,
    bit_field_width,
    element_only_moves,
    // about the target
    target_malformed,
    ambiguous_offset,
    ambiguous_value,
    chain_too_long,
    too_much_work,
    // about the instruction
    instruction_outside,
    instruction_kind,
    instruction_operand,
    instruction_form,
    unexpected_value,
    unexpected_size,
    impossible_size,
    offset_too_large,
    // about the caller's storage
    too_few_roots,
    too_few_candidates,
    no_checkpoints,
};

namespace detail {

/// Hands the sentence of a reason to `say`; a string literal each, so that a compiler can print it.
template <class Say>
constexpr auto tell(reason why, Say say) noexcept {
    switch (why) {
    case reason::none: return say("nothing is wrong");
    case reason::no_such_type: return say("a CO-RE relocation names a type that the object's BTF does not have");
    case reason::unknown_kind: return say("a CO-RE relocation is of a kind that has no known meaning");
    case reason::anonymous_type:
        return say("a CO-RE relocation is about a type without a name, which no target can be searched for");
    case reason::access_outside: return say("the access string of a CO-RE relocation lies outside the strings");
    case reason::access_text:
        return say("the access string of a CO-RE relocation is no row of numbers with colons between");
    case reason::access_too_long: return say("the access string of a CO-RE relocation has more than 64 steps");
    case reason::access_no_enumerator:
        return say("the access string of a CO-RE relocation names an enumerator that its enum does not have");
    case reason::access_no_member:
        return say("the access string of a CO-RE relocation names a member that its struct or union does not have");
    case reason::access_no_element:
        return say("the access string of a CO-RE relocation names an element past the end of its array");
    case reason::access_no_composite:
        return say("the access string of a CO-RE relocation steps into a type without members and elements");
    case reason::no_size: return say("a CO-RE relocation needs the size of a type that has none, or none below 4 GiB");
    case reason::too_far: return say("a CO-RE relocation is about a field that lies beyond 512 MiB");
    case reason::bit_field_width: return say("a CO-RE relocation is about a bit-field that no 64-bit load can read");
    case reason::element_only_moves:
        return say("a CO-RE relocation asks of an array element what only a member has: signedness or shifts");
    case reason::target_malformed: return say("the BTF of the target is malformed");
    case reason::ambiguous_offset:
        return say("several types of the target match a CO-RE relocation, and have the field at different offsets");
    case reason::ambiguous_value:
        return say("several types of the target match a CO-RE relocation, and give it different values");
    case reason::chain_too_long: return say("types refer to each other in a circle, or are nested too deep");
    case reason::too_much_work: return say("to compare two types would take too long: malformed BTF can be built so");
    case reason::instruction_outside: return say("a CO-RE relocation is about an instruction outside its program");
    case reason::instruction_kind:
        return say("a CO-RE relocation is about an instruction that is no arithmetic, load, store or 64-bit load");
    case reason::instruction_operand:
        return say("a CO-RE relocation is about arithmetic whose operand is a register instead of a number");
    case reason::instruction_form: return say("a CO-RE relocation is about a 64-bit load that is no plain number");
    case reason::unexpected_value:
        return say("an instruction does not hold the value that its CO-RE relocation says it was compiled with");
    case reason::unexpected_size:
        return say("a load or a store does not have the size that its CO-RE relocation says it was compiled with");
    case reason::impossible_size:
        return say("the target's field has a size that no load or store has: 1, 2, 4 and 8 bytes are possible");
    case reason::offset_too_large:
        return say("the target's field lies farther than the 32767 bytes that a load or a store can reach");
    case reason::too_few_roots: return say("the storage for the types that relocations start at is too small");
    case reason::too_few_candidates: return say("the storage for types of the target is too small");
    case reason::no_checkpoints: return say("the index of the target needs storage for at least two numbers");
    }
    return say("unknown reason");
}

} // namespace detail

/// One sentence about a reason.
[[nodiscard]] constexpr std::string_view sentence(reason why) noexcept {
    return detail::tell(why, [](char const* text) { return std::string_view{text}; });
}

/// The relocation's number where what is wrong concerns none.
inline constexpr std::uint32_t no_relocation = 0xffff'ffff;

/// What is wrong, with which relocation, and about which type of the object; `target` says more where the target's BTF
/// is malformed.
struct malformed {
    reason why = reason::none;
    std::uint32_t relocation = no_relocation;
    btf::type_id type{};
    btf::malformed target{};

    friend constexpr bool operator==(malformed, malformed) noexcept = default;
};

template <class T>
using parsed = bpfxx::parsed<T, malformed>;

/// The answer, where there is no way on without it: in a constant evaluation what is wrong is a compile error with its
/// sentence, at run time it is printed and the process ends.
template <class T>
[[nodiscard]] constexpr T require(parsed<T> const& answer) noexcept {
    if (!answer) detail::tell(answer.error().why, [](char const* text) { ill_formed(text); });
    return *answer;
}

} // namespace bpfxx::core
