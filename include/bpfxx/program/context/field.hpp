#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/mem.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/program/context/row.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace bpfxx::insn {

namespace detail::contexts {

template <std::int32_t Size>
using unsigned_of = std::conditional_t<
    Size == 1, std::uint8_t,
    std::conditional_t<Size == 2, std::uint16_t, std::conditional_t<Size == 4, std::uint32_t, std::uint64_t>>>;

template <place Place, unsigned Width>
concept fits = Place.size * 8 <= std::int32_t{Width};

template <place Place>
concept readable = (Place.read & Place.size) != 0;

template <place Place>
concept writable = (Place.write & Place.size) != 0;

template <class T, place Place>
concept read_as = std::integral<T> && (Place.read & sizeof(T)) != 0;

template <class T, place Place>
concept written_as = std::integral<T> && (Place.write & sizeof(T)) != 0;

} // namespace detail::contexts

/// Stands for a field that another type of program has in its context.
struct no_such_field {
    constexpr no_such_field operator[](std::size_t) const noexcept { return {}; }
};

/// A field of the context of programs of one type: where it is, how wide, and what they may do with it.
template <class Kind, detail::contexts::place Place>
class context_field {
  public:
    using kind = Kind;
    using unit = detail::contexts::unsigned_of<Place.size>;

    static constexpr bool writable = detail::contexts::writable<Place>;

    constexpr context_field() noexcept = default;

    /// The element of an array that starts so many bytes after its first.
    explicit constexpr context_field(std::int32_t further) noexcept : offset_{Place.offset + further} {}

    /// Bytes from the start of the context.
    constexpr std::int32_t offset() const noexcept { return offset_; }

  private:
    std::int32_t offset_ = Place.offset;
};

/// A field of several elements, each of which is one field.
template <class Kind, detail::contexts::place Place>
struct context_array {
    static constexpr std::size_t size = Place.count;

    constexpr context_field<Kind, Place> operator[](std::size_t index) const noexcept {
        if (index >= size) ill_formed("this field of the context has fewer elements: the first is [0]");
        return context_field<Kind, Place>{static_cast<std::int32_t>(index) * Place.size};
    }
};

/// The address of a field, which knows how wide it is and whether it may be written.
template <class Kind, detail::contexts::place Place>
class context_address {
  public:
    explicit constexpr context_address(address given_address) noexcept : address_{given_address} {}

    constexpr address untyped() const noexcept { return address_; }

  private:
    address address_;
};

/// The address of a field of the context that a register points to: `r1 + ctx<program_kind::xdp>::data`.
template <class Kind, detail::contexts::place Place>
constexpr context_address<Kind, Place> operator+(reg64 context, context_field<Kind, Place> field) noexcept {
    return context_address<Kind, Place>{context + field.offset()};
}

template <class Kind, detail::contexts::place Place>
address operator+(reg64, context_array<Kind, Place>) = delete; // this field is an array: name an element, such as [0]

template <class Kind, detail::contexts::place Place>
address operator+(reg32, context_field<Kind, Place>) = delete; // the context has a 64-bit address: r0 to r9

address operator+(reg64, no_such_field) = delete; // this type of program has no such field in its context

/// Reads a field of the context, as wide as it is; the upper bits of the register become zero.
/// UAPI: BPF_LDX | BPF_MEM
template <unsigned Width, class Kind, detail::contexts::place Place>
    requires(detail::contexts::fits<Place, Width>)
constexpr placed<instruction> load(reg<Width> to, context_address<Kind, Place> from,
                                   here place = here::current()) noexcept {
    return {load<detail::contexts::unsigned_of<Place.size>>(to, from.untyped()), place};
}

template <unsigned Width, class Kind, detail::contexts::place Place>
    requires(!detail::contexts::fits<Place, Width>)
instruction load(reg<Width>, context_address<Kind, Place>) = delete; // this field has 8 bytes: name an r register

/// Reads the first bytes of a field of the context, where the kernel allows that, or with a signed T its sign too.
/// UAPI: BPF_LDX | BPF_MEM, BPF_LDX | BPF_MEMSX
template <class T, unsigned Width, class Kind, detail::contexts::place Place>
    requires detail::contexts::read_as<T, Place>
constexpr placed<instruction> load(reg<Width> to, context_address<Kind, Place> from,
                                   here place = here::current()) noexcept {
    return {load<T>(to, from.untyped()), place};
}

template <class T, unsigned Width, class Kind, detail::contexts::place Place>
    requires(!detail::contexts::read_as<T, Place>)
instruction load(reg<Width>, context_address<Kind, Place>) = delete; // not so wide: load(r2, r1 + field) has its width

/// Writes a field of the context, as wide as it is, from a register.
/// UAPI: BPF_STX | BPF_MEM
template <class Kind, detail::contexts::place Place, unsigned Width>
    requires(detail::contexts::writable<Place> && detail::contexts::fits<Place, Width>)
constexpr placed<instruction> store(context_address<Kind, Place> to, reg<Width> from,
                                    here place = here::current()) noexcept {
    return {store<detail::contexts::unsigned_of<Place.size>>(to.untyped(), from), place};
}

template <class Kind, detail::contexts::place Place, unsigned Width>
    requires(detail::contexts::writable<Place> && !detail::contexts::fits<Place, Width>)
instruction store(context_address<Kind, Place>, reg<Width>) = delete; // this field has 8 bytes: name an r register

/// Writes a constant to a field of the context, as wide as the field is.
/// UAPI: BPF_ST | BPF_MEM
/// Since: Linux 6.4; before, the constant has to be in a register
template <class Kind, detail::contexts::place Place, constant Value>
    requires detail::contexts::writable<Place>
constexpr placed<instruction> store(context_address<Kind, Place> to, Value value,
                                    here place = here::current()) noexcept {
    return {store<detail::contexts::unsigned_of<Place.size>>(to.untyped(), value), place};
}

template <class Kind, detail::contexts::place Place, class From>
    requires(!detail::contexts::writable<Place>)
instruction store(context_address<Kind, Place>, From) = delete; // programs of this type may only read this field

/// Writes the first bytes of a field of the context, where the kernel allows that.
/// UAPI: BPF_STX | BPF_MEM, BPF_ST | BPF_MEM
template <class T, class Kind, detail::contexts::place Place, class From>
    requires detail::contexts::written_as<T, Place>
constexpr placed<instruction> store(context_address<Kind, Place> to, From from, here place = here::current()) noexcept {
    return {store<T>(to.untyped(), from), place};
}

template <class T, class Kind, detail::contexts::place Place, class From>
    requires(!detail::contexts::written_as<T, Place>)
instruction store(context_address<Kind, Place>, From) = delete; // not so wide: store(r1 + field, r2) has its width

namespace detail::contexts {

/// The type of the field that a table has under a name, by what programs of a type may do with it.
template <auto const& Rows, class Kind, literal Name>
struct named {
    static constexpr place where = place_of<Kind>(Rows, Name.text);

    using type = std::conditional_t<
        !readable<where>, no_such_field,
        std::conditional_t<where.count == 1, context_field<Kind, where>, context_array<Kind, where>>>;
};

} // namespace detail::contexts

} // namespace bpfxx::insn
