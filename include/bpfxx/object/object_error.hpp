#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/core/malformed.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::object {

/// What was being done with an object when it failed.
enum class step : std::uint8_t {
    /// The file could not be read.
    open_file,
    /// It is no object, or something in it is wrong: `problem` says what.
    read_object,
    /// There was no memory for what loading needs.
    allocate,
    /// The kernel refused the object's BTF.
    load_types,
    /// The kernel's own BTF could not be read.
    open_kernel_types,
    /// An option, a variable or a function of the kernel.
    resolve_extern,
    /// A CO-RE relocation: `relocation` says what.
    relocate,
    create_map,
    /// What is pinned at the map's path is another map than the object's.
    reuse_map,
    pin_map,
    map_memory,
    fill_map,
    freeze_map,
    /// What the program is for is not in the kernel's BTF, or its section's name does not say it.
    find_target,
    load_program,
    attach_program,
    register_struct,
};

/// What was being done, as a part of a sentence.
[[nodiscard]] constexpr std::string_view text(step during) noexcept {
    switch (during) {
    case step::open_file: return "reading the file";
    case step::read_object: return "reading the object";
    case step::allocate: return "getting memory for loading";
    case step::load_types: return "giving the object's BTF to the kernel";
    case step::open_kernel_types: return "reading the kernel's BTF";
    case step::resolve_extern: return "looking in the kernel for";
    case step::relocate: return "relocating the program";
    case step::create_map: return "creating the map";
    case step::reuse_map: return "using what is pinned as the map";
    case step::pin_map: return "pinning the map";
    case step::map_memory: return "mapping the memory of the map";
    case step::fill_map: return "filling the map";
    case step::freeze_map: return "freezing the map";
    case step::find_target: return "looking for what to attach to for the program";
    case step::load_program: return "loading the program";
    case step::attach_program: return "attaching the program";
    case step::register_struct: return "registering the struct";
    }
    return "unknown step";
}

namespace detail {

/// Appends what fits to a text, and gives its size. One function for texts of every size: errors are put together in many
/// places, and no faster for being there.
[[gnu::noinline, gnu::cold]] constexpr std::size_t append(std::span<char> to, std::size_t size,
                                                          std::string_view more) noexcept {
    for (char const c : more)
        if (size != to.size()) to[size++] = c;
    return size;
}

} // namespace detail

/// A text that an error carries itself, cut where it is longer.
template <std::size_t Capacity>
class kept_text {
  public:
    constexpr kept_text() noexcept = default;
    constexpr kept_text(std::string_view text) noexcept { *this << text; }

    constexpr kept_text& operator<<(std::string_view more) noexcept {
        size_ = static_cast<std::uint16_t>(detail::append(characters_, size_, more));
        return *this;
    }
    constexpr kept_text& operator<<(std::uint64_t number) noexcept {
        char digits[20]{};
        std::size_t at = sizeof digits;
        do digits[--at] = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
        return *this << std::string_view{digits + at, sizeof digits - at};
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_.data(), size_}; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return view(); }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

  private:
    std::array<char, Capacity> characters_{};
    std::uint16_t size_ = 0;
};

/// What is wrong, with what knows its sentence: where nothing of that kind can be wrong, no such sentences are part of the
/// program.
template <class Malformed>
struct told : Malformed {
    std::string_view (*say)(Malformed const&) noexcept = nullptr;

    constexpr told() noexcept = default;
    constexpr told(Malformed const& what) noexcept
        : Malformed{what}, say{what.why == decltype(what.why){} ? nullptr : &sentence_of} {}
    constexpr told(Malformed const& what, std::string_view (*words)(Malformed const&) noexcept) noexcept
        : Malformed{what}, say{words} {}

  private:
    static constexpr std::string_view sentence_of(Malformed const& problem) noexcept {
        if constexpr (requires { problem.file; })
            return sentence(problem);
        else
            return core::sentence(problem.why);
    }
};

/// One thing that can be wrong, with no other sentence than its own.
template <reason Why>
[[nodiscard]] constexpr told<malformed> only() noexcept {
    return {malformed{Why}, [](malformed const&) noexcept {
                constexpr std::string_view words = sentence(malformed{Why});
                return words;
            }};
}

/// Why an object was not loaded: it names itself what it is about, and so outlives the object. Only the verifier's log
/// lies in the caller's buffer. Converts to `error`.
struct object_error {
    step during{};
    /// What the kernel said; `malformed_file` where it was not asked.
    error failure{errc::malformed_file, command::read_file};
    /// Of the map, the program, the extern or the struct.
    kept_text<64> name{};
    /// What is wrong with the object; its own name is empty, since it stands in `name`.
    told<malformed> problem{};
    /// What is wrong with a CO-RE relocation.
    told<core::malformed> relocation{};
    /// A CO-RE relocation that the program cannot do without, as the object has it:
    /// `field_byte_offset of struct task_struct.pid`. Also where the verifier came upon one that the kernel lacks.
    kept_text<160> unresolved{};
    /// What the verifier wrote; in `settings::log`.
    std::string_view log{};

    [[nodiscard]] constexpr operator error() const noexcept { return failure; }

    /// All of it in words, as far as the buffer goes, without the log.
    [[nodiscard]] constexpr std::string_view describe(std::span<char> buffer) const noexcept;
};

static_assert(std::is_trivially_copyable_v<object_error>);

namespace detail {

/// Writes into the caller's buffer what fits.
class description {
  public:
    constexpr explicit description(std::span<char> buffer) noexcept : buffer_{buffer} {}
    constexpr description& operator<<(std::string_view more) noexcept {
        size_ = append(buffer_, size_, more);
        return *this;
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {buffer_.data(), size_}; }

  private:
    std::span<char> buffer_;
    std::size_t size_ = 0;
};

} // namespace detail

constexpr std::string_view object_error::describe(std::span<char> buffer) const noexcept {
    detail::description made{buffer};
    made << text(during);
    if (!name.empty()) made << " " << name.view();
    made << ": ";
    if (problem.say != nullptr) {
        made << problem.say(problem);
    } else if (relocation.say != nullptr) {
        made << relocation.say(relocation);
    } else {
        made << error_text{failure}.view();
    }
    if (!unresolved.empty()) made << "; the kernel lacks what it needs: " << unresolved.view();
    return made.view();
}

/// What was made, or why it was not.
template <class T>
using loading = result_with<T, object_error>;

} // namespace bpfxx::object
