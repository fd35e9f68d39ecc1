#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/object.hpp>
#include <bpfxx/map/options.hpp>
#include <bpfxx/map/view.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

/// The size of a ring in bytes: a power of two and a multiple of the page size. A constant is checked while compiling,
/// against the smallest page there is; `ring_size::from` takes a number that is only known at run time.
class ring_size {
  public:
    template <std::integral Number>
    consteval ring_size(Number bytes) {
        if (!std::in_range<std::uint32_t>(bytes)) ill_formed("the size of a ring buffer is a number of 32 bits");
        bytes_ = static_cast<std::uint32_t>(bytes);
        if (!std::has_single_bit(bytes_)) ill_formed("the size of a ring buffer is a power of two, in bytes");
        if (bytes_ < smallest_page) ill_formed("the size of a ring buffer is a multiple of the page size, in bytes");
    }

    template <class Missing = void>
    constexpr ring_size() noexcept {
        static_assert(detail::dependent_false<Missing>, "a ring buffer needs its size: give .size_bytes");
    }

    /// A size that the kernel checks: a wrong one is EINVAL when the map is created.
    [[nodiscard]] static constexpr ring_size from(std::uint32_t bytes) noexcept { return {unchecked{}, bytes}; }

    [[nodiscard]] constexpr std::uint32_t bytes() const noexcept { return bytes_; }

  private:
    struct unchecked {};
    static constexpr std::uint32_t smallest_page = 4096;

    constexpr ring_size(unchecked, std::uint32_t bytes) noexcept : bytes_{bytes} {}

    std::uint32_t bytes_ = 0;
};

/// How a ring buffer is created.
/// UAPI: BPF_MAP_CREATE
template <class Kind>
struct ring_options {
    /// What bpftool shows. Since: Linux 4.15
    object_name name{};
    /// The room for records, each of which takes 8 bytes more than its payload.
    ring_size size_bytes;
    creation_flags<Kind> flags{};
    /// The NUMA node that the memory comes from. Since: Linux 4.14
    std::optional<std::uint32_t> numa_node{};
    /// Delegated rights to use instead of capabilities. Since: Linux 6.9
    optional_fd_ref<kind::token> token{};
    /// Only the program with this hash may use the map. Since: Linux 6.18
    std::optional<program_hash> exclusive_program{};

    /// The same for a map of any type, with nothing checked by the compiler any more.
    [[nodiscard]] constexpr map_spec spec() const noexcept {
        return {
            .type = Kind::facts.type,
            .max_entries = size_bytes.bytes(),
            .flags = flags.get(),
            .name = name,
            .numa_node = numa_node,
            .token = token,
            .exclusive_program = exclusive_program,
        };
    }
};

/// What can be done with a ring as a map: it has no elements, records are in memory that is mapped.
template <class Kind>
class ring_members : public map_object<Kind, read_write> {
    using base = map_object<Kind, read_write>;

  protected:
    using base::base;

    // What is mapped to be read needs a descriptor that may write, so there is no view of less access.
    static constexpr detail::map_shape shape{
        .type = Kind::facts.type, .key_size = 0, .value_size = 0, .access = open_flags::none};

  public:
    using options_type = ring_options<Kind>;

    /// The room for records and their headers, in bytes; positions are counted modulo this.
    [[nodiscard]] std::uint32_t size_bytes() const noexcept { return this->max_entries(); }
};

/// A ring that programs write records to and one reader takes them from:
/// `ring_buffer::create({.name = "events", .size_bytes = 1 << 20})`.
/// UAPI: BPF_MAP_TYPE_RINGBUF
/// Since: Linux 5.8
/// Errors: of `create`: EINVAL the size is no power of two or no multiple of the page size, or the kernel has no ring
using ring_buffer = map_view<ring_members<map_kind::ringbuf>>;

/// A ring that user space writes records to and a program takes them from.
/// UAPI: BPF_MAP_TYPE_USER_RINGBUF
/// Since: Linux 6.1
/// Errors: of `create`: EINVAL the size is no power of two or no multiple of the page size, or the kernel has no ring
using user_ring_buffer = map_view<ring_members<map_kind::user_ringbuf>>;

} // namespace bpfxx
