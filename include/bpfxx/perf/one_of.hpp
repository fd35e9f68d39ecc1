#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/perf/backward.hpp>
#include <bpfxx/perf/buffer.hpp>
#include <bpfxx/perf/range.hpp>
#include <bpfxx/perf/record.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/ring/record_form.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

// Records of several types, `one_of`, in the buffers of perf events.
namespace bpfxx::perf::detail {

/// Puts samples together, one at a time, where what the program wrote is aligned, as it is not in the buffer.
template <class Record>
class one_of_room;

template <class Header, class Tag, Tag Header::* Field, class... Tagged>
class one_of_room<one_of<Field, Tagged...>> {
    using form = ring::record_form<one_of<Field, Tagged...>>;
    static_assert(((sizeof(typename Tagged::type) <= largest_payload) && ...),
                  "a record of a perf event has at most 65,516 bytes");

  public:
    using reference = typename form::reference;

    // Not set to zero first.
    one_of_room() noexcept {}

    /// What is wrong with a sample, `errc{}` if nothing is.
    [[nodiscard]] errc read(cursor const& buffer, cursor::record const& found) noexcept {
        std::uint32_t payload = 0;
        if (found.header.size < payload_offset + sizeof(Header)) return errc::record_size_differs;
        buffer.copy(found, sizeof(record_header), std::as_writable_bytes(std::span{&payload, 1}));
        if (payload != found.header.size - payload_offset) return errc::record_size_differs;
        auto const kept = payload < largest ? payload : largest;
        buffer.copy(found, 0, {room_ + before, payload_offset + kept});
        return refusal(payload);
    }

    /// The sample that was read.
    [[nodiscard]] std::byte const* sample() const noexcept { return room_ + before; }
    [[nodiscard]] static reference view(std::byte const* sample) noexcept {
        return form::view(sample + payload_offset, 0);
    }

  private:
    static constexpr std::size_t before = 4;
    static constexpr std::size_t largest = [] {
        std::size_t most = 0;
        static_cast<void>(
            ((most = most < padded_size(sizeof(typename Tagged::type)) ? padded_size(sizeof(typename Tagged::type))
                                                                       : most),
             ...));
        return most;
    }();
    static_assert((before + payload_offset) % 8 == 0);

    [[nodiscard]] errc refusal(std::uint32_t payload) const noexcept {
        Tag const tag = view(sample()).header().*Field;
        errc problem = errc::unknown_record;
        static_cast<void>(
            ((tag == static_cast<Tag>(Tagged::tag) &&
              ((problem = payload == padded_size(sizeof(typename Tagged::type)) ? errc{} : errc::record_size_differs),
               true)) ||
             ...));
        return problem;
    }

    alignas(8) std::byte room_[before + payload_offset + largest];
};

/// Reads samples of several types, one at a time, each from a copy.
template <auto Field, class... Tagged>
class sample_reader<one_of<Field, Tagged...>> {
    using room = one_of_room<one_of<Field, Tagged...>>;

  public:
    using reference = typename room::reference;

    struct extent {
        std::size_t size = 0;
    };

    [[nodiscard]] static reference at(std::byte const* sample, extent const&) noexcept { return room::view(sample); }
    // Behind the copy of a sample there is no other.
    [[nodiscard]] static bool take(std::byte const*, std::byte const*, extent&) noexcept { return false; }
    [[nodiscard]] extent first() const noexcept { return first_; }

    [[nodiscard]] result<stretch> read(cursor& buffer, cursor::record const& found) noexcept {
        auto const problem = room_.read(buffer, found);
        if (problem != errc{}) {
            buffer.skip(found.header.size);
            return cursor::refusal(problem);
        }
        first_.size = found.header.size;
        return stretch{room_.sample(), room_.sample() + first_.size};
    }

  private:
    room room_;
    extent first_{};
};

/// The same for what is written backwards.
template <auto Field, class... Tagged>
class fixed_room<one_of<Field, Tagged...>> {
    using room = one_of_room<one_of<Field, Tagged...>>;

  public:
    using reference = typename room::reference;

    fixed_room() noexcept = default;
    fixed_room(fixed_room const&) = delete;
    fixed_room& operator=(fixed_room const&) = delete;

    [[nodiscard]] result<reference const*> read(cursor const& buffer, cursor::record const& found) noexcept {
        auto const problem = room_.read(buffer, found);
        if (problem != errc{}) return cursor::refusal(problem);
        return &whole_;
    }

  private:
    room room_;
    reference whole_ = room::view(room_.sample());
};

} // namespace bpfxx::perf::detail
