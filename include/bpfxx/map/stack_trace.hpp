#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/options.hpp>
#include <bpfxx/map/view.hpp>
#include <bpfxx/map/walks.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

/// What the kernel found out about one frame in user space.
/// UAPI: `enum bpf_stack_build_id_status`
enum class build_id_status : std::int32_t {
    /// No frame: the trace has ended before.
    empty = 0,
    /// The build id of the file, and the offset in it.
    valid = 1,
    /// Only the address.
    ip = 2,
};

/// A frame by the file that its code is from, so that it means something on another machine and after the process is
/// gone.
/// UAPI: `struct bpf_stack_build_id`
struct build_id_frame {
    build_id_status status;
    std::array<std::uint8_t, 20> build_id;
    /// `offset` in the file where `status` is valid, else `ip`.
    std::uint64_t offset_or_ip;

    friend bool operator==(build_id_frame const&, build_id_frame const&) = default;
};
static_assert(sizeof(build_id_frame) == 32);

namespace detail {

constexpr bool is_end_of_stack(std::uint64_t address) noexcept { return address == 0; }
constexpr bool is_end_of_stack(build_id_frame const& frame) noexcept { return frame.status == build_id_status::empty; }

} // namespace detail

/// The frames of one stack, the innermost first; what the kernel left empty at the end is not among them.
template <class Frame, std::size_t MaxFrames>
struct stack_frames {
    static_assert(MaxFrames != 0, "a stack has one frame at least");

    std::array<Frame, MaxFrames> slots;

    /// Costs: looks through the frames
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        std::size_t count = 0;
        while (count != MaxFrames && !detail::is_end_of_stack(slots[count])) ++count;
        return count;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] constexpr Frame const* begin() const noexcept { return slots.data(); }
    [[nodiscard]] constexpr Frame const* end() const noexcept { return slots.data() + size(); }
    [[nodiscard]] constexpr Frame const& operator[](std::size_t frame) const noexcept { return slots[frame]; }
};

/// How a table of stacks is created. What is not explained here is as in `map_options`.
/// UAPI: BPF_MAP_CREATE
struct stack_trace_options {
    object_name name{};
    /// How many stacks, which the kernel rounds up to a power of two. Two stacks can want one place, so that a table
    /// never gets full: leave room.
    required<std::uint32_t> max_entries;
    std::optional<std::uint32_t> numa_node{};
    optional_fd_ref<kind::token> token{};
    std::optional<program_hash> exclusive_program{};

    [[nodiscard]] constexpr map_spec spec() const noexcept {
        return {
            .type = map_type::stack_trace,
            .max_entries = max_entries,
            .name = name,
            .numa_node = numa_node,
            .token = token,
            .exclusive_program = exclusive_program,
        };
    }
};

/// What one does with a table of stacks: the base of `stack_trace_map` and `build_id_stack_map`.
template <class Frame, std::size_t MaxFrames, access_mode Access>
class stacks : public map_walks<map_kind::stack_trace, std::uint32_t, stack_frames<Frame, MaxFrames>, Access> {
    using base = map_walks<map_kind::stack_trace, std::uint32_t, stack_frames<Frame, MaxFrames>, Access>;

    static constexpr bool by_build_id = sizeof(Frame) != sizeof(std::uint64_t);

    // As many stacks as there may be, which bounds a walk.
    static detail::opened_map rounded_up(detail::opened_map opened) noexcept {
        constexpr auto highest = std::uint32_t{1} << 31;
        if (opened.max_entries < highest) opened.max_entries = std::bit_ceil(opened.max_entries);
        return opened;
    }

  protected:
    static constexpr detail::map_shape shape{
        .type = map_type::stack_trace,
        .key_size = base::shape.key_size,
        .value_size = base::shape.value_size,
        .access = base::shape.access,
        .with = by_build_id ? map_flags::stack_build_id : map_flags::none,
        .without = by_build_id ? map_flags::none : map_flags::stack_build_id,
    };

    explicit stacks(detail::opened_map opened) noexcept : base{rounded_up(std::move(opened))} {}

  public:
    using options_type = stack_trace_options;
};

/// Stacks that programs leave with the helper `get_stackid`, whose result is the key; user space reads and erases them.
/// Each has up to `MaxFrames` return addresses; kernel.perf_event_max_stack, 127 where nobody changed it, limits that.
/// UAPI: BPF_MAP_TYPE_STACK_TRACE
/// Since: Linux 4.6; `erase` and walks 4.16, `take` 6.18
/// Errors: of `create`: EINVAL more frames than the kernel collects
/// Races: a walk is a best effort within `max_entries` (`walk_guarantee::best_effort`). While one reads a stack it is out
/// of the table, so that another who reads it at that moment may find nothing
template <std::size_t MaxFrames, access_mode Access = read_write>
using stack_trace_map = map_view<stacks<std::uint64_t, MaxFrames, Access>>;

/// The same with the build id of the file and the offset in it for each frame; for stacks in user space, which programs
/// ask for with BPF_F_USER_STACK.
/// UAPI: BPF_MAP_TYPE_STACK_TRACE with BPF_F_STACK_BUILD_ID
/// Since: Linux 4.17
template <std::size_t MaxFrames, access_mode Access = read_write>
using build_id_stack_map = map_view<stacks<build_id_frame, MaxFrames, Access>>;

} // namespace bpfxx
