#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bit>
#include <cstddef>

namespace bpfxx::perf::detail {

template <class Record>
struct ending_in_padding {
    Record record;
    char last;
};

template <class Record>
struct behind_padding : ending_in_padding<Record> {
    char more;
};

/// Whether g++ packs a member of this type: where it does not, it does not reuse the padding of such types either.
template <class Record>
inline constexpr bool is_packed = sizeof(behind_padding<Record>) > sizeof(ending_in_padding<Record>);

/// A record that stands where it is not aligned. What is not used of the copy is not read, as far as the compiler sees to
/// that: clang++ everywhere, g++ in a member of a packed struct, which not every type can be.
template <class Record>
[[nodiscard]] inline Record copied(std::byte const* from) noexcept {
#if defined(__GNUC__) && !defined(__clang__)
#    pragma GCC diagnostic push
#    pragma GCC diagnostic ignored "-Wpacked-not-aligned"
    if constexpr (is_packed<Record>) {
        struct [[gnu::packed, gnu::may_alias]] anywhere {
            Record record;
        };
        return reinterpret_cast<anywhere const*>(from)->record;
    }
#    pragma GCC diagnostic pop
#endif
    struct bytes {
        std::byte each[sizeof(Record)];
    };
    return std::bit_cast<Record>(*reinterpret_cast<bytes const*>(from));
}

} // namespace bpfxx::perf::detail
