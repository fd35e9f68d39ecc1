#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/shm/mapping.hpp>
#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

// What map/snapshot.hpp and map/vectored.hpp share: a block of memory that a program and this process both see, and the
// loading of a program that helps itself to it by a callback.
namespace bpfxx::detail {

/// Where the parts of a block are. It starts with eight numbers; the other parts start at multiples of 64.
struct block_layout {
    static constexpr std::uint64_t found = 64;
    /// The verifier lets no program reach further into one value.
    static constexpr std::uint64_t limit = std::uint64_t{1} << 29;

    std::uint64_t capacity;
    std::uint64_t answers;
    std::uint64_t keys;
    std::uint64_t values;
    std::uint64_t size;

    /// Room for `capacity` keys and values, and for as many answers where `answering`.
    static constexpr block_layout of(std::uint64_t capacity, std::uint64_t key, std::uint64_t value,
                                     bool answering) noexcept {
        auto const answers = round_up(found + (answering ? capacity : 0), 64);
        auto const keys = round_up(answers + (answering ? capacity * 4 : 0), 64);
        auto const values = round_up(keys + capacity * key, 64);
        return {capacity, answers, keys, values, round_up(values + capacity * value, 64)};
    }
};

/// What stands in a program for the numbers of a layout, which are known when it is loaded.
namespace block_mark {

inline constexpr std::int32_t capacity = 0x1eaf'0001;
inline constexpr std::int32_t answers = 0x1eaf'0002;
inline constexpr std::int32_t keys = 0x1eaf'0003;
inline constexpr std::int32_t values = 0x1eaf'0004;

} // namespace block_mark

/// The maps of such a program, by slot.
inline constexpr insn::map_slot<0> block_map{};
inline constexpr insn::map_slot<1> bound_map{};
using two_maps = insn::slots<insn::map_slot<0>, insn::map_slot<1>>;

template <std::size_t N>
std::array<insn::instruction, N> laid_out(insn::program_code<N> const& code, block_layout const& at) noexcept {
    std::array<insn::instruction, N> made{};
    auto const given = code.instructions();
    for (std::size_t i = 0; i != N; ++i) {
        auto& one = made[i];
        one = given[i];
        if (one.imm == block_mark::capacity) one.imm = static_cast<std::int32_t>(at.capacity);
        if (one.imm == block_mark::answers) one.imm = static_cast<std::int32_t>(at.answers);
        if (one.imm == block_mark::keys) one.imm = static_cast<std::int32_t>(at.keys);
        if (one.imm == block_mark::values) one.imm = static_cast<std::int32_t>(at.values);
    }
    return made;
}

/// How many bytes of a `size` one instruction moves. Where the processor wants memory aligned, no more than what divides
/// the size, since that is how far elements are apart.
constexpr std::size_t unit_of(std::size_t size) noexcept {
#if defined(__x86_64__) || defined(__aarch64__)
    return std::bit_floor(size < 8 ? size : 8);
#else
    auto const divisor = size & (~size + 1);
    return divisor < 8 ? divisor : 8;
#endif
}

constexpr std::size_t pieces_of(std::size_t size) noexcept {
    std::size_t pieces = 0;
    for (; size != 0; size -= unit_of(size)) ++pieces;
    return pieces;
}

constexpr insn::instruction load_unit(insn::reg64 to, insn::address from, std::size_t unit) noexcept {
    if (unit == 8) return insn::load<std::uint64_t>(to, from);
    if (unit == 4) return insn::load<std::uint32_t>(to, from);
    if (unit == 2) return insn::load<std::uint16_t>(to, from);
    return insn::load<std::uint8_t>(to, from);
}

constexpr insn::instruction store_unit(insn::address to, insn::reg64 from, std::size_t unit) noexcept {
    if (unit == 8) return insn::store<std::uint64_t>(to, from);
    if (unit == 4) return insn::store<std::uint32_t>(to, from);
    if (unit == 2) return insn::store<std::uint16_t>(to, from);
    return insn::store<std::uint8_t>(to, from);
}

/// Copies Size bytes through a register, unrolled.
template <std::size_t Size>
constexpr auto copy_bytes(insn::reg64 to, insn::reg64 from, insn::reg64 through) noexcept {
    std::array<insn::instruction, 2 * pieces_of(Size)> made{};
    std::size_t put = 0;
    for (std::size_t done = 0; done != Size;) {
        auto const unit = unit_of(Size - done);
        made[put++] = load_unit(through, from + done, unit);
        made[put++] = store_unit(to + done, through, unit);
        done += unit;
    }
    return made;
}

/// The largest key or value that a program copies instruction by instruction.
inline constexpr std::size_t largest_copied = 4096;

// The kernel wants to know that what it calls back is a function, and static; what it takes is not asked.
struct callback_types {
    btf::blob<btf::builder<>::capacity> blob;
    btf::type_id main;
    btf::type_id callback;

    static constexpr callback_types make() noexcept {
        btf::builder<> types;
        auto const number = types.int_("long", 8, btf::int_encoding::is_signed);
        auto const pointer = types.ptr(btf::void_id);
        auto const main = types.func("bpfxx", types.func_proto(number, {{"context", pointer}}));
        auto const callback =
            types.func("bpfxx_each", types.func_proto(number, {{"index", number}, {"context", pointer}}));
        return {types.finish(), main, callback};
    }
};

inline constexpr auto made_callback_types = callback_types::make();
inline constexpr auto callback_blob = made_callback_types.blob.fitted<made_callback_types.blob.size()>();

/// A program, or why the kernel refused it.
template <class Kind>
struct program_or_refusal {
    std::optional<program<Kind>> loaded{};
    std::optional<error> refusal{};
};

/// Whether a failed load says nothing about what the kernel can do: trying again may succeed.
constexpr bool is_passing(errc code) noexcept {
    return code == errc::enomem || code == errc::emfile || code == errc::enfile || code == errc::eagain ||
           code == errc::eintr;
}

template <class Kind>
[[nodiscard]] result<program_or_refusal<Kind>> refused(error failure) noexcept {
    if (is_passing(failure.code)) return failure;
    return program_or_refusal<Kind>{.refusal = failure};
}

/// Loads a program with one callback.
template <class Kind>
[[nodiscard]] result<program_or_refusal<Kind>>
load_with_callback(std::span<insn::instruction const> code, std::uint32_t callback_start, object_name name) noexcept {
    sys::attr::btf_load attribute{.btf = callback_blob.bytes().data(), .btf_size = callback_blob.size()};
    auto const types = sys::call(attribute);
    if (!types) return refused<Kind>(types.error());
    sys::info::func_info const functions[]{{0, btf::number(made_callback_types.main)},
                                           {callback_start, btf::number(made_callback_types.callback)}};
    auto loaded =
        program<Kind>::load({.insns = code, .license = "BSL-1.0", .name = name, .btf = *types, .func_info = functions});
    if (!loaded) return refused<Kind>(loaded.error());
    return program_or_refusal<Kind>{.loaded = std::move(*loaded)};
}

/// Memory that a program reaches as the one value of an array and this process by a mapping.
class program_block {
  public:
    /// Errors: E2BIG beyond what a program can reach; those of map creation and of mmap
    /// Costs: two system calls, one more to close when this block goes; memory for the whole capacity at once
    [[nodiscard]] static result<program_block> create(block_layout const& layout) noexcept {
        if (layout.size > block_layout::limit) return error{errc::e2big, command::map_create};
        auto array = sys::call(sys::attr::map_create{
            .map_type = map_type::array,
            .key_size = 4,
            .value_size = static_cast<std::uint32_t>(layout.size),
            .max_entries = 1,
            .flags = map_flags::mmapable,
            .map_name = "bpfxx_block",
        });
        if (!array) return array.error();
        auto memory = mapping<read_write>::map(*array, {.length = static_cast<std::size_t>(layout.size)});
        if (!memory) return memory.error();
        return program_block{std::move(*array), std::move(*memory), layout};
    }

    [[nodiscard]] fd_ref<kind::map> fd() const& noexcept { return array_.borrow(); }
    [[nodiscard]] block_layout const& layout() const noexcept { return layout_; }

    /// One of the eight numbers at the start.
    [[nodiscard]] std::uint64_t& number(std::size_t index) const noexcept {
        return reinterpret_cast<std::uint64_t*>(memory_.data())[index];
    }

    template <class T>
    [[nodiscard]] T* at(std::uint64_t offset) const noexcept {
        return reinterpret_cast<T*>(memory_.data() + offset);
    }

    /// Runs a program over this memory, which has changed when it returns.
    /// Costs: one system call
    [[nodiscard]] result<std::uint32_t> run(fd_ref<kind::program> which) const noexcept {
        return run_on_context(which, {});
    }

  private:
    program_block(owned_fd<kind::map> array, mapping<read_write> memory, block_layout const& layout) noexcept
        : array_{std::move(array)}, memory_{std::move(memory)}, layout_{layout} {}

    owned_fd<kind::map> array_;
    mapping<read_write> memory_;
    block_layout layout_;
};

} // namespace bpfxx::detail
