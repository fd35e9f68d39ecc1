#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/flags.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx::object {

/// What is to be different about a map of an object from what its definition says. Everything is borrowed until `load`
/// returns.
struct map_settings {
    /// Bytes of a ring, elements of an array … 0 stands for what the definition says.
    std::uint32_t max_entries = 0;
    /// Bytes of a value; 0 stands for what the definition says. Types that BTF gives for another size are left out then.
    std::uint32_t value_size = 0;
    /// Whether it is created; a program that names a map which is not created is refused by the verifier.
    std::optional<bool> created{};
    /// A map that is there already, to be used instead of a new one; it is not looked into.
    optional_fd_ref<kind::map> instead{};
    /// The map that those in this map of maps are to be like, instead of the definition's.
    optional_fd_ref<kind::map> inner_map{};
    std::optional<std::uint32_t> numa_node{};
    /// Hash functions of a bloom filter, address of an arena; 0 stands for what the definition says.
    std::uint64_t map_extra = 0;
    /// Where it is pinned, ending with NUL: what is pinned there already is used if it is like this map, and a new one is
    /// pinned there else. Null stands for what the definition says.
    char const* pin_path = nullptr;
    /// False leaves out what `pinning` in the definition says.
    bool pinned = true;
    /// What a data section starts with instead of what the object has, as long as the section.
    std::span<std::byte const> contents{};
};

/// What is to be different about a program of an object from what its section says.
struct program_settings {
    /// Whether it is loaded.
    std::optional<bool> loaded{};
    /// For a section whose name says nothing.
    std::optional<program_type> type{};
    std::optional<bpfxx::attach_type> attach_type{};
    std::optional<program_flags> flags{};
    /// What BTF knows the function, the tracepoint or the hook by, instead of what stands in the section's name; with
    /// the module in front: "veth:veth_xmit".
    std::string_view target{};
    /// The program that it replaces a function of, or is attached to.
    optional_fd_ref<kind::program> target_program{};
};

namespace detail {

inline constexpr map_settings unset_map{};
inline constexpr program_settings unset_program{};

} // namespace detail

/// How an object is loaded, where it is not to be as it is written. The lists are by number; what is beyond their ends is
/// as the object says.
struct settings {
    slice<map_settings const> maps{};
    slice<program_settings const> programs{};
    /// Where the verifier writes why it refuses a program. It is asked only after it did.
    std::span<char> log{};
    /// Rights that were delegated. Since: Linux 6.9
    optional_fd_ref<kind::token> token{};
    /// The BTF of the kernel to relocate for, where it is not to be the running one's own.
    std::string_view kernel_types{};
    /// Options of the kernel as text, `CONFIG_HZ=250` a line: what is asked for before the kernel's own.
    std::string_view kernel_config{};
    /// Where maps are pinned whose definitions say `LIBBPF_PIN_BY_NAME`.
    std::string_view pin_directory = "/sys/fs/bpf";

    [[nodiscard]] constexpr map_settings const& map(std::size_t number) const& noexcept {
        return number < maps.size() ? maps[number] : detail::unset_map;
    }
    [[nodiscard]] constexpr program_settings const& program(std::size_t number) const& noexcept {
        return number < programs.size() ? programs[number] : detail::unset_program;
    }
};

} // namespace bpfxx::object
