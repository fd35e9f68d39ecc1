#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/strings.hpp>
#include <bpfxx/elf/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::probe {

namespace detail {

constexpr bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

} // namespace detail

/// Whether a file is the library that is asked for: "libc.so.6" by its name, "c" by what stands between `lib` and `.so`.
[[nodiscard]] constexpr bool is_library(std::string_view file, std::string_view wanted) noexcept {
    if (file == wanted) return true;
    bool const is_short =
        detail::take_prefix(file, "lib") && detail::take_prefix(file, wanted) && detail::take_prefix(file, ".so");
    return is_short && (file.empty() || file.front() == '.');
}

/// Whether a mapped file is that library: what is mapped is the file itself, "libstdc++.so.6.0.30" or "libc-2.31.so",
/// and not the link under whose name programs ask for it.
[[nodiscard]] constexpr bool is_mapped_library(std::string_view file, std::string_view wanted) noexcept {
    if (is_library(file, wanted)) return true;
    std::size_t const suffix = wanted.find(".so");
    bool const is_short = suffix == std::string_view::npos;
    if (!is_short && file.starts_with(wanted)) return file[wanted.size()] == '.';
    if (is_short && !detail::take_prefix(file, "lib")) return false;
    if (!detail::take_prefix(file, wanted.substr(0, suffix)) || !detail::take_prefix(file, "-")) return false;
    return !file.empty() && file.front() >= '0' && file.front() <= '9' && file.ends_with(".so");
}

/// The list of libraries that ldconfig writes for the dynamic linker of glibc, /etc/ld.so.cache: names and paths. It
/// points into the file's bytes.
class library_cache {
  public:
    /// Nothing for bytes that are not in the form of glibc 2.2 or newer, written on a machine like this one.
    [[nodiscard]] static constexpr std::optional<library_cache> parse(std::string_view file) noexcept {
        std::string_view const cache = behind_old_form(file);
        if (!cache.starts_with(magic) || cache.size() < header_size) return std::nullopt;
        library_cache made;
        made.cache_ = cache;
        made.count_ = number_at(cache, magic.size());
        std::uint64_t const entries = std::uint64_t{made.count_} * entry_size;
        if (!elf::wire::inside(header_size, entries, cache.size())) return std::nullopt;
        // With a zero at the end every text inside has an end.
        std::size_t end = cache.size();
        while (end != 0 && cache[end - 1] != '\0') --end;
        made.texts_ = elf::string_table{cache.substr(0, end)};
        return made;
    }

    /// The path of a library by its name or its short name (see `is_library`); of several versions, the newest. Variants
    /// for certain processors, which lie in directories called glibc-hwcaps, are left out. Nothing when it is not listed.
    /// Costs: one walk over the list
    [[nodiscard]] constexpr std::optional<std::string_view> find(std::string_view wanted) const noexcept {
        for (std::uint32_t i = 0; i != count_; ++i) {
            std::size_t const at = header_size + std::size_t{i} * entry_size;
            if (!is_for_this_machine(number_at(cache_, at)) || has_hardware_bits(at)) continue;
            if (is_library(texts_.at(number_at(cache_, at + 4)), wanted)) return texts_.at(number_at(cache_, at + 8));
        }
        return std::nullopt;
    }

    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return count_; }

  private:
    static constexpr std::string_view magic = "glibc-ld.so.cache1.1";
    static constexpr std::string_view old_magic = "ld.so-1.7.0";
    static constexpr std::size_t header_size = 48;
    static constexpr std::size_t entry_size = 24;

    [[nodiscard]] static constexpr std::uint32_t number_at(std::string_view bytes, std::size_t at) noexcept {
        return elf::wire::load<std::uint32_t>(bytes.data() + at, false);
    }

    // Before glibc 2.32 the list stands twice, first in the form of libc5.
    [[nodiscard]] static constexpr std::string_view behind_old_form(std::string_view file) noexcept {
        constexpr std::size_t old_header = 16, old_entry = 12;
        if (!file.starts_with(old_magic) || file.size() < old_header) return file;
        std::uint64_t const end = old_header + std::uint64_t{number_at(file, 12)} * old_entry;
        std::uint64_t const start = (end + 7) & ~std::uint64_t{7};
        return start < file.size() ? file.substr(static_cast<std::size_t>(start)) : file;
    }

    [[nodiscard]] static constexpr bool is_for_this_machine(std::uint32_t flags) noexcept {
#if defined(__x86_64__) && !defined(__ILP32__)
        return flags == 0x0303;
#elif defined(__aarch64__)
        return flags == 0x0a03;
#elif defined(__riscv) && defined(__riscv_float_abi_double)
        return flags == 0x1003;
#else
        return (flags & 0xff) == 3;
#endif
    }

    [[nodiscard]] constexpr bool has_hardware_bits(std::size_t at) const noexcept {
        return number_at(cache_, at + 16) != 0 || number_at(cache_, at + 20) != 0;
    }

    std::string_view cache_;
    elf::string_table texts_;
    std::uint32_t count_ = 0;
};

} // namespace bpfxx::probe
