#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/malformed.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx::btf {

/// How a C++ type and a type of BTF differ.
enum class layout_fault : std::uint8_t {
    none,
    differs,            // in offset or size, or one of the two has nothing there
    elements,           // arrays of one size whose elements differ in size, or an array and a number
    only_cxx_is_struct, // of one size, and the BTF has a number there
    only_btf_is_struct, // of one size, and C++ has a number there
    name,               // only when names are compared
    malformed,          // the BTF refers in circles, or its type has no size
};

/// Where something lies, in bytes from the start of the outermost struct; `exists` is false where there is nothing.
struct layout_place {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    bool exists = false;

    friend constexpr bool operator==(layout_place, layout_place) noexcept = default;
};

class layout_difference;

/// A difference in words, in a buffer of its own:
/// `stats.bytes: 8 bytes at offset 8 in C++, 8 bytes at offset 16 in BTF`.
class layout_text {
  public:
    constexpr explicit layout_text(layout_difference const& of) noexcept;

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_, size_}; }
    [[nodiscard]] constexpr char const* c_str() const noexcept { return characters_; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return view(); }

  private:
    static constexpr std::size_t capacity = 255;

    constexpr void append_fault(layout_difference const& of) noexcept;

    constexpr void append(std::string_view piece) noexcept {
        for (char const character : piece)
            if (size_ < capacity) characters_[size_++] = character;
    }

    constexpr void append(std::uint64_t number) noexcept {
        char digits[20]{};
        std::size_t count = 0;
        do digits[count++] = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
        while (count != 0) append(std::string_view{&digits[--count], 1});
    }

    constexpr void append(layout_place place) noexcept {
        if (!place.exists) return append("nothing");
        append(place.size);
        append(place.size == 1 ? " byte at offset " : " bytes at offset ");
        append(place.offset);
    }

    char characters_[capacity + 1]{};
    std::size_t size_ = 0;
};

/// The first difference between a C++ type and a type of BTF; tests true when there is one.
/// Costs: no allocation; about 160 bytes
class layout_difference {
  public:
    /// Longer paths lose their end.
    static constexpr std::size_t longest_path = 95;

    constexpr layout_difference() noexcept = default;

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return why_ != layout_fault::none; }
    [[nodiscard]] constexpr layout_fault why() const noexcept { return why_; }

    /// Which member differs, such as "stats.bytes".
    [[nodiscard]] constexpr std::string_view member() const noexcept { return {path_, length_}; }

    /// Where that lies in C++ and in BTF; for `elements` the size is that of one element.
    [[nodiscard]] constexpr layout_place cxx() const noexcept { return cxx_; }
    [[nodiscard]] constexpr layout_place btf() const noexcept { return btf_; }

    /// What is wrong with the BTF, for `layout_fault::malformed`.
    [[nodiscard]] constexpr malformed problem() const noexcept { return problem_; }

    /// Costs: about 260 bytes on the stack
    [[nodiscard]] constexpr layout_text text() const noexcept { return layout_text{*this}; }

    /// Builds the path; the answer is what `pop` takes. What made a difference stays.
    constexpr std::size_t push(std::string_view name) noexcept {
        std::size_t const before = length_;
        if (length_ != 0) append(".");
        append(name.empty() ? std::string_view{"(unnamed)"} : name);
        return before;
    }
    constexpr bool pop(std::size_t length) noexcept {
        while (length_ > length) path_[--length_] = '\0';
        return true;
    }
    constexpr void set(layout_fault why, layout_place cxx, layout_place btf, malformed problem = {}) noexcept {
        why_ = why;
        cxx_ = cxx;
        btf_ = btf;
        problem_ = problem;
    }

  private:
    constexpr void append(std::string_view piece) noexcept {
        for (char const character : piece)
            if (length_ < longest_path) path_[length_++] = character;
    }

    char path_[longest_path + 1]{};
    std::size_t length_ = 0;
    layout_place cxx_{};
    layout_place btf_{};
    malformed problem_{};
    layout_fault why_ = layout_fault::none;
};

static_assert(std::is_trivially_copyable_v<layout_difference>);

constexpr layout_text::layout_text(layout_difference const& of) noexcept {
    append(of.member());
    append(": ");
    append_fault(of);
}

constexpr void layout_text::append_fault(layout_difference const& of) noexcept {
    if (of.why() == layout_fault::none) return append("no difference");
    if (of.why() == layout_fault::malformed) return append(sentence(of.problem().why));
    if (of.why() == layout_fault::elements) append("elements of ");
    append(of.cxx());
    append(" in C++, ");
    append(of.btf());
    append(" in BTF");
    if (of.why() == layout_fault::only_cxx_is_struct) append(", a struct in C++ alone");
    if (of.why() == layout_fault::only_btf_is_struct) append(", a struct in BTF alone");
    if (of.why() == layout_fault::name) append(" under another name");
}

} // namespace bpfxx::btf
