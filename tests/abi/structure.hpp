#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

// How the tables of attributes.hpp and records.hpp say which member of ours stands for which member of the kernel's.
namespace abi {

enum class use {
    compared, // a member of the kernel's, or several that share one place
    not_read, // the kernel has a member there that this command does not read
    reserved, // nothing of the kernel's
};

struct member {
    std::string_view name;
    use how = use::compared;
    std::size_t offset = 0;
    std::size_t size = 0;
    std::array<std::string_view, 4> paths{}; // in the kernel's struct; unused ones are empty
};

/// Where a member lies, without offsetof, which knows no base classes: an object whose every byte holds its own number
/// is asked for the bytes of the member. Has no value for a member with bytes of something else in between.
template <class S, class Base, class M>
[[nodiscard]] consteval std::size_t offset_in(M Base::* which) {
    static_assert(std::has_unique_object_representations_v<S>, "a byte of this struct belongs to no member");
    static_assert(sizeof(S) < 256, "one byte holds no number above 255");
    std::array<unsigned char, sizeof(S)> numbers{};
    for (std::size_t i = 0; i != sizeof(S); ++i) numbers[i] = static_cast<unsigned char>(i);
    S const object = std::bit_cast<S>(numbers);
    auto const bytes = std::bit_cast<std::array<unsigned char, sizeof(M)>>(object.*which);
    for (std::size_t i = 0; i != sizeof(M); ++i)
        if (bytes[i] != bytes[0] + i) throw std::logic_error{"the bytes of this member do not follow each other"};
    return bytes[0];
}

template <class S, class Base, class M, class... Path>
[[nodiscard]] consteval member member_of(M Base::* which, std::string_view name, use how, Path... paths) {
    return {name, how, offset_in<S>(which), sizeof(M), {std::string_view{paths}...}};
}

/// Whether every byte of the struct is in one of the members, and none in two.
template <class S, std::size_t Count>
[[nodiscard]] consteval bool tile(std::array<member, Count> const& members) {
    std::array<int, sizeof(S)> times{};
    for (member const& one : members)
        for (std::size_t i = 0; i != one.size; ++i) ++times[one.offset + i];
    for (int const each : times)
        if (each != 1) return false;
    return true;
}

/// One struct of ours and the kernel's type that it models, or the part of it that the path `inside` leads to.
struct structure {
    std::string_view name;
    std::string_view kernel_type;
    std::string_view inside;
    std::size_t size = 0;
    std::optional<bpfxx::command> during;
    std::span<member const> members;

    [[nodiscard]] std::string path(std::string_view member_path) const {
        return inside.empty() ? std::string{member_path} : std::string{inside} + '.' + std::string{member_path};
    }
};

template <class S>
[[nodiscard]] structure structure_of(std::string_view name, std::string_view kernel, std::span<member const> members) {
    auto const dot = kernel.find('.');
    auto const inside = dot == kernel.npos ? std::string_view{} : kernel.substr(dot + 1);
    structure made{name, kernel.substr(0, dot), inside, sizeof(S), {}, members};
    if constexpr (requires { S::during; }) made.during = S::during;
    return made;
}

} // namespace abi

/// A struct of ours, the kernel's type ("bpf_attr", or "bpf_attr.query" where all members share that beginning), then
/// every member of ours. Does not compile when a byte of the struct is in no member of the list.
#define STRUCT(type, kernel, ...)                                                                                      \
    [] {                                                                                                               \
        using subject = type;                                                                                          \
        static constexpr std::array members{__VA_ARGS__};                                                              \
        static_assert(abi::tile<subject>(members), "a member of " #type " is not listed here, or is listed twice");    \
        return abi::structure_of<subject>(#type, kernel, members);                                                     \
    }()

/// A member that the kernel calls the same.
#define FIELD(name) abi::member_of<subject>(&subject::name, #name, abi::use::compared, #name)
/// The same for a member of a base class that the struct hides behind one of its own.
#define FIELD_OF(base, name) abi::member_of<subject>(&base::name, #name, abi::use::compared, #name)
/// A member that the kernel calls otherwise; several names for several members of the kernel's at one place.
#define FIELD_AS(name, ...) abi::member_of<subject>(&subject::name, #name, abi::use::compared, __VA_ARGS__)
/// A member that stays zero, since this command does not read what the kernel has there.
#define NOT_READ(name, path) abi::member_of<subject>(&subject::name, #name, abi::use::not_read, path)
/// A member for bytes where the kernel has nothing.
#define RESERVED(name) abi::member_of<subject>(&subject::name, #name, abi::use::reserved)
