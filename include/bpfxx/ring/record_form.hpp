#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/errc.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace bpfxx {

/// Records of any length, read as bytes.
struct raw_bytes {};

/// Records that begin with a `Head` and go on with as many `Element`s as their length says.
template <plain_bytes Head, plain_bytes Element>
struct with_tail {
    static_assert(sizeof(Head) % alignof(Element) == 0, "the tail would not be aligned: make the head's size a "
                                                        "multiple of what the elements need");
};

/// A record with its tail, in the ring itself.
template <class Head, class Element>
struct tailed {
    Head const& head;
    std::span<Element const> tail;
};

/// Says that records whose field holds `Tag` are of type `Record`.
template <auto Tag, plain_bytes Record>
struct tagged {
    static constexpr auto tag = Tag;
    using type = Record;
};

/// Records of several types, told apart by a field of the header that all of them begin with:
/// `one_of<&header::kind, tagged<1, exec_event>, tagged<2, exit_event>>`.
template <auto Field, class... Tagged>
struct one_of;

namespace ring {

namespace detail {

// Records start 8 bytes behind a multiple of 8.
inline constexpr std::size_t record_alignment = 8;

template <class T>
consteval bool can_stand_in_a_ring() {
    static_assert(plain_bytes<T>, "a record is read as the bytes that it is: make it a trivially copyable, standard "
                                  "layout type without pointers");
    static_assert(alignof(T) <= record_alignment, "records are aligned to 8 bytes: this type needs more");
    return true;
}

template <class T>
[[nodiscard]] T const& in_place(std::byte const* payload) noexcept {
    return *reinterpret_cast<T const*>(payload);
}

} // namespace detail

/// What the bytes of a record are to C++. `length` is that of all its records, 0 where there are several; `refusal` is
/// what is wrong with a record, `errc{}` if nothing is.
template <class Record>
struct record_form {
    static_assert(detail::can_stand_in_a_ring<Record>());
    using reference = Record const&;
    static constexpr std::uint32_t length = sizeof(Record);

    [[nodiscard]] static errc refusal(std::byte const*, std::uint32_t found) noexcept {
        return found == length ? errc{} : errc::record_size_differs;
    }
    [[nodiscard]] static reference view(std::byte const* payload, std::uint32_t) noexcept {
        return detail::in_place<Record>(payload);
    }
};

template <>
struct record_form<raw_bytes> {
    using reference = std::span<std::byte const>;
    static constexpr std::uint32_t length = 0;

    [[nodiscard]] static errc refusal(std::byte const*, std::uint32_t) noexcept { return {}; }
    [[nodiscard]] static reference view(std::byte const* payload, std::uint32_t found) noexcept {
        return {payload, found};
    }
};

template <class Head, class Element>
struct record_form<with_tail<Head, Element>> {
    static_assert(detail::can_stand_in_a_ring<Head>() && detail::can_stand_in_a_ring<Element>());
    static_assert(sizeof(with_tail<Head, Element>) != 0);
    using reference = tailed<Head, Element>;
    static constexpr std::uint32_t length = 0;

    [[nodiscard]] static errc refusal(std::byte const*, std::uint32_t found) noexcept {
        bool const fits = found >= sizeof(Head) && (found - sizeof(Head)) % sizeof(Element) == 0;
        return fits ? errc{} : errc::record_size_differs;
    }
    [[nodiscard]] static reference view(std::byte const* payload, std::uint32_t found) noexcept {
        auto const* const tail = reinterpret_cast<Element const*>(payload + sizeof(Head));
        return {detail::in_place<Head>(payload), {tail, (found - sizeof(Head)) / sizeof(Element)}};
    }
};

} // namespace ring

/// A record that is of one of several types.
template <auto Field, class... Tagged>
class one_of_record;

template <class Header, class Tag, Tag Header::* Field, class... Tagged>
class one_of_record<Field, Tagged...> {
  public:
    explicit one_of_record(std::byte const* payload) noexcept : payload_{payload} {}

    /// What all of them begin with.
    [[nodiscard]] Header const& header() const noexcept { return ring::detail::in_place<Header>(payload_); }

    /// The record if it is of this type, else null.
    template <class Record>
    [[nodiscard]] Record const* get_if() const noexcept {
        static_assert((std::is_same_v<Record, typename Tagged::type> || ...), "no record of this ring has this type");
        bool const is =
            ((std::is_same_v<Record, typename Tagged::type> && header().*Field == static_cast<Tag>(Tagged::tag)) ||
             ...);
        return is ? reinterpret_cast<Record const*>(payload_) : nullptr;
    }

    /// Calls `visitor` with the record as the type that it is of. The visitor takes every one of them.
    template <class Visitor>
    void visit(Visitor&& visitor) const {
        static_assert((std::is_invocable_v<Visitor&, typename Tagged::type const&> && ...),
                      "the visitor has to take every type of record that this ring has");
        auto const try_one = [&]<class One>(One) {
            if (header().*Field != static_cast<Tag>(One::tag)) return false;
            visitor(ring::detail::in_place<typename One::type>(payload_));
            return true;
        };
        static_cast<void>((try_one(Tagged{}) || ...));
    }

  private:
    std::byte const* payload_;
};

namespace ring {

template <class Header, class Tag, Tag Header::* Field, class... Tagged>
struct record_form<one_of<Field, Tagged...>> {
    static_assert(sizeof...(Tagged) != 0, "a ring of several types of records needs to be told which");
    static_assert((detail::can_stand_in_a_ring<typename Tagged::type>() && ...));
    static_assert(((sizeof(typename Tagged::type) >= sizeof(Header)) && ...),
                  "every type of record begins with the header that tells them apart");
    using reference = one_of_record<Field, Tagged...>;
    static constexpr std::uint32_t length = 0;

    [[nodiscard]] static errc refusal(std::byte const* payload, std::uint32_t found) noexcept {
        if (found < sizeof(Header)) return errc::record_size_differs;
        Tag const tag = detail::in_place<Header>(payload).*Field;
        errc problem = errc::unknown_record;
        static_cast<void>(
            ((tag == static_cast<Tag>(Tagged::tag) &&
              ((problem = found == sizeof(typename Tagged::type) ? errc{} : errc::record_size_differs), true)) ||
             ...));
        return problem;
    }
    [[nodiscard]] static reference view(std::byte const* payload, std::uint32_t) noexcept { return reference{payload}; }
};

} // namespace ring

} // namespace bpfxx
