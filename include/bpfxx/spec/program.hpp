#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

namespace insn {

template <class Statement>
struct placed;

template <class... Slot>
struct slots;

template <std::size_t N, class Slots, class Kind>
class program_code;

} // namespace insn

namespace detail {

template <class>
inline constexpr bool never = false;

// Hooks of one type share its instructions: their C++ types are several, the kernel's type is one.
template <class One, class Other>
concept of_same_type = std::same_as<One, Other> || One::type == Other::type;

} // namespace detail

// The constructors that refuse are templates with a body: a deleted one makes clang say no more than "no matching
// function" where the options are written inside the call.

/// The instructions of a program of type Kind, borrowed: what `assemble` or `with` gives, or any array or span of
/// instructions. Where Kind is void, they may be for any type.
template <class Kind = void>
class program_text {
  public:
    template <class Instructions>
        requires std::convertible_to<Instructions const&, std::span<insn::instruction const>>
    constexpr program_text(Instructions const& instructions) noexcept : view_{instructions} {}

    template <std::size_t N, class Other>
        requires(!std::is_void_v<Other> && !std::is_void_v<Kind> && !detail::of_same_type<Other, Kind>)
    constexpr program_text(insn::program_code<N, insn::slots<>, Other> const&) noexcept {
        static_assert(detail::never<Other>,
                      "these instructions were assembled for another type of program: load them as that one");
    }

    template <std::size_t N, class Slots, class Other>
        requires(Slots::count != 0)
    constexpr program_text(insn::program_code<N, Slots, Other> const&) noexcept {
        static_assert(Slots::count == 0, "this program names maps: fill them, code.with(map)");
    }

    template <std::size_t N>
    constexpr program_text(std::array<insn::placed<insn::instruction>, N> const&) noexcept {
        static_assert(detail::never<std::array<int, N>>,
                      "these remember their places in C++: name the element type, std::array<insn::instruction, 2>");
    }

    template <class Missing = void>
    constexpr program_text() noexcept {
        static_assert(detail::never<Missing>, "a program needs its instructions: give .insns");
    }

    [[nodiscard]] constexpr std::span<insn::instruction const> view() const noexcept { return view_; }

  private:
    std::span<insn::instruction const> view_;
};

/// The license that a program is under, borrowed, ending with NUL: "GPL", "Dual BSD/GPL" and their like open the
/// helpers that are reserved for the GPL; anything else will do for the others.
class program_license {
  public:
    constexpr program_license(char const* text) noexcept : text_{text} {}

    template <std::same_as<std::nullptr_t> Null>
    constexpr program_license(Null) noexcept {
        static_assert(detail::never<Null>, "a program needs a license, not a null pointer: give .license = \"GPL\"");
    }

    template <class Missing = void>
    constexpr program_license() noexcept {
        static_assert(detail::never<Missing>, "a program needs a license: give .license, such as \"GPL\"");
    }

    [[nodiscard]] constexpr char const* c_str() const noexcept { return text_; }

  private:
    char const* text_ = nullptr;
};

namespace detail {

// Programs in the place of, or before and behind, something of the kernel's or of another program's.
template <class Kind>
concept has_target = requires {
    requires Kind::type == program_type::tracing || Kind::type == program_type::lsm ||
                     Kind::type == program_type::struct_ops || Kind::type == program_type::ext;
};

template <class Kind>
concept has_program_as_target = requires { requires Kind::type == program_type::ext; };

} // namespace detail

/// The type that a program of type Kind is for, which some types of program cannot do without.
template <class Kind>
class attach_type_id {
  public:
    constexpr attach_type_id(btf::type_id id) noexcept : id_{id} {}

    template <class Missing = void>
    constexpr attach_type_id() noexcept {
        static_assert(!detail::has_target<Kind> || detail::never<Missing>,
                      "a program of this type is for a function or a struct: give .attach_btf_id, its type");
    }

    [[nodiscard]] constexpr operator btf::type_id() const noexcept { return id_; }

  private:
    btf::type_id id_{};
};

/// Whose type that is: nothing for the kernel itself.
template <class Kind>
class attach_target_fd : public optional_any_fd_ref<kind::program, kind::btf> {
    using base = optional_any_fd_ref<kind::program, kind::btf>;

  public:
    template <std::convertible_to<base> Given>
    constexpr attach_target_fd(Given&& given) noexcept : base{std::forward<Given>(given)} {}

    template <class Missing = void>
    constexpr attach_target_fd() noexcept {
        static_assert(!detail::has_program_as_target<Kind> || detail::never<Missing>,
                      "an extension replaces a function of another program: give .attach_target, that program");
    }
};

/// What a program of type Kind is loaded from: `xdp_program::load({.insns = code, .license = "GPL", .name = "drop_all"})`.
/// Everything in it is borrowed until `load` returns.
/// UAPI: BPF_PROG_LOAD
/// Since: Linux 3.18; names 4.15, expected_attach_type 4.17, the other fields as they say
template <class Kind>
struct program_options_for {
    program_text<Kind> insns;
    program_license license;
    object_name name{};
    program_flags flags{};

    /// What the program will be attached to, where the type of program leaves a choice; 0 is right for most, and for
    /// sk_lookup and netfilter programs stands for the one that they can have.
    attach_type expected_attach_type{};
    /// The device that an offloaded or device-bound program is for.
    interface_index ifindex{};

    /// The kernel type that a tracing, LSM, struct_ops or extension program is for; in the kernel's own BTF, or in that
    /// of `attach_target`: a module's BTF, or the program to extend.
    attach_type_id<Kind> attach_btf_id{};
    attach_target_fd<Kind> attach_target{};

    /// The program's own types, and where in its instructions its functions and lines start.
    optional_fd_ref<kind::btf> btf{};
    std::span<sys::info::func_info const> func_info{};
    std::span<sys::info::line_info const> line_info{};
    /// Relocations that the kernel is to apply.
    std::span<sys::info::core_relo const> core_relocations{};

    /// Descriptors that instructions name by index (Linux 5.14); `bind_fd_array` also tells the kernel how many there
    /// are, which ties every one of them to the program (Linux 6.14).
    std::span<std::int32_t const> fd_array{};
    bool bind_fd_array = false;

    /// Rights that were delegated; sets `program_flags::token_fd` (Linux 6.9).
    optional_fd_ref<kind::token> token{};

    /// A PKCS#7 signature over the instructions and the keyring that holds its key (Linux 6.18).
    std::span<std::byte const> signature{};
    std::int32_t keyring_id = 0;
};

/// The same for programs of whatever type, where one set of options is to serve several.
using program_options = program_options_for<void>;

static_assert(std::is_aggregate_v<program_options> && std::is_trivially_copyable_v<program_options>);

} // namespace bpfxx
