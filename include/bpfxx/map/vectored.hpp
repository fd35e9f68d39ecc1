#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/element.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/vectored_program.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// Looks up, stores or removes many keys of a map with one system call, by programs inside the kernel that were made
/// while compiling; where the kernel refuses such a program, by one call for each key. Keys, values and answers are in
/// memory that the programs reach, so nothing is copied but by the overloads that take spans. It has its own descriptor
/// of the map. One thread at a time.
///
/// Of per-CPU maps it reads the value of the CPU that the call happens to run on, and does not update. LPM tries are read
/// by a raw tracepoint program, which needs CAP_PERFMON, since `syscall` programs may not use them.
/// UAPI: bpf_loop, bpf_map_lookup_elem, bpf_map_update_elem, bpf_map_delete_elem, BPF_PROG_RUN
/// Since: Linux 5.17 inside the kernel
template <class Map>
class [[nodiscard]] vectored {
    using Kind = typename Map::kind_type;   // NOLINT(readability-identifier-naming)
    using Key = typename Map::key_type;     // NOLINT(readability-identifier-naming)
    using Value = typename Map::value_type; // NOLINT(readability-identifier-naming)

    static constexpr map_facts facts = Kind::facts;
    static constexpr bool is_per_cpu = facts.elements == map_elements_are::per_cpu;
    static constexpr bool is_trie = facts.type == map_type::lpm_trie;
    static constexpr bool is_known = is_trie || facts.type == map_type::hash || facts.type == map_type::lru_hash ||
                                     facts.type == map_type::array || facts.type == map_type::percpu_hash ||
                                     facts.type == map_type::lru_percpu_hash || facts.type == map_type::percpu_array;
    static_assert(is_known, "vectored works on hash, LRU hash and array maps, their per-CPU forms, and LPM tries");
    static_assert(sizeof(Value) <= detail::largest_copied,
                  "vectored copies values of at most 4096 bytes: look larger ones up one by one");

    static constexpr bool reads = readable<typename Map::access_type>;
    static constexpr bool writes = writable<typename Map::access_type>;
    static constexpr bool has_erase = facts.can(map_operations::erase);

    using runner = std::conditional_t<is_trie, program_kind::raw_tracepoint, program_kind::syscall>;
    using operation = detail::program_or_refusal<runner>;

  public:
    using key_type = Key;
    using value_type = Value;

    /// The most keys of one call, which is what bpf_loop can count.
    static constexpr std::uint32_t most_keys = 1u << 23;

    /// Makes room for `capacity` keys at a time and loads a program for each operation that the view has.
    /// UAPI: BPF_MAP_CREATE, mmap(2), BPF_BTF_LOAD, BPF_PROG_LOAD
    /// Errors: EINVAL no capacity; E2BIG more than `most_keys`, or than 512 MiB; ENOMEM; EPERM. What makes the kernel
    /// refuse a program is no error, but `refusal()`; for per-CPU maps it is one, since they have no single lookup of one
    /// CPU's value
    /// Costs: three system calls and three for each program, one of them to close; a tenth of a millisecond for the
    /// verifier each time
    [[nodiscard]] static result<vectored> create(Map const& map, std::uint32_t capacity) noexcept {
        if (capacity == 0) return error{errc::einval, command::map_create};
        if (capacity > most_keys) return error{errc::e2big, command::map_create};
        auto block =
            detail::program_block::create(detail::block_layout::of(capacity, sizeof(Key), sizeof(Value), true));
        if (!block) return block.error();
        auto own = map.duplicate();
        if (!own) return own.error();
        vectored made{std::move(*block), std::move(*own)};
        if (auto const failed = made.load_programs()) return *failed;
        return made;
    }

    /// How many keys fit.
    [[nodiscard]] std::uint32_t capacity() const noexcept {
        return static_cast<std::uint32_t>(block_.layout().capacity);
    }

    /// The memory that the programs read keys from, and read values from or write them to, all `capacity()` of them: good
    /// for as long as this lives, wherever it is moved.
    [[nodiscard]] std::span<Key> keys() const noexcept { return {block_.at<Key>(block_.layout().keys), capacity()}; }
    [[nodiscard]] std::span<Value> values() const noexcept {
        return {block_.at<Value>(block_.layout().values), capacity()};
    }

    /// Whether the key of the same index was there at the last lookup.
    [[nodiscard]] std::span<bool const> found() const noexcept {
        return {block_.at<bool const>(detail::block_layout::found), capacity()};
    }

    /// What the kernel said to the key of the same index at the last update or erase: `errc{}` is success.
    [[nodiscard]] std::span<errc const> answers() const noexcept {
        return {block_.at<errc const>(block_.layout().answers), capacity()};
    }

    /// Looks the first `count` of `keys()` up: `found()` says which are there, and their `values()` are written, the others
    /// left as they are. Gives the number of keys that are there.
    /// UAPI: BPF_PROG_RUN; BPF_MAP_LOOKUP_ELEM where not `in_kernel()`
    /// Errors: E2BIG more than `capacity()`, with nothing done
    /// Costs: one system call, one for each key where not `in_kernel()`; no allocation
    /// Races: each key is looked up as by `lookup` of the view; they are not one moment
    [[nodiscard]] result<std::uint32_t> lookup(std::uint32_t count) const noexcept
        requires reads
    {
        if (count > capacity()) return error{errc::e2big, command::prog_test_run};
        auto const ran = run(lookup_, count);
        if (!ran) return ran.error();
        if (!*ran) return lookup_one_by_one(count);
        std::uint32_t there = 0;
        for (bool const one : found().first(count)) there += one ? 1 : 0;
        return there;
    }
    void lookup(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

    /// The same with keys from elsewhere, as many as wanted, and the answers copied there; values of keys that are not
    /// there stay as they are.
    /// Errors: batch_sizes_differ the spans are not equally long
    /// Costs: one system call for each `capacity()` keys, and the copies
    [[nodiscard]] result<std::uint32_t> lookup(std::span<Key const> wanted, std::span<Value> into,
                                               std::span<bool> is_found) const noexcept
        requires reads
    {
        if (wanted.size() != into.size() || wanted.size() != is_found.size()) return sizes_differ();
        std::uint32_t there = 0;
        for (std::size_t start = 0; start != wanted.size();) {
            auto const count = put_keys(wanted.subspan(start));
            auto const some = lookup(count);
            if (!some) return some.error();
            there += *some;
            for (std::size_t i = 0; i != count; ++i) {
                is_found[start + i] = found()[i];
                if (found()[i]) into[start + i] = values()[i];
            }
            start += count;
        }
        return there;
    }

    /// Stores the first `count` of `values()` under `keys()`; gives how many were, `answers()` what became of each: E2BIG
    /// the map is full, EEXIST and ENOENT by the flags, EBUSY, ENOMEM.
    /// UAPI: BPF_PROG_RUN; BPF_MAP_UPDATE_ELEM where not `in_kernel()`
    /// Errors: E2BIG more than `capacity()`, with nothing done
    /// Costs: one system call, one for each key where not `in_kernel()`; no allocation in user space
    [[nodiscard]] result<std::uint32_t> update(std::uint32_t count,
                                               element_flags flags = element_flags::any) const noexcept
        requires(writes && !is_per_cpu)
    {
        if (count > capacity()) return error{errc::e2big, command::prog_test_run};
        block_.number(detail::vectored_number::flags) = static_cast<std::uint64_t>(flags);
        auto const ran = run(update_, count);
        if (!ran) return ran.error();
        if (!*ran)
            return answer_one_by_one(count, [&](std::size_t i) noexcept {
                return detail::update(map_.fd(), keys()[i], values()[i], flags);
            });
        return successes(count);
    }
    void update(auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void update(auto&&...) const // a program stores only its own CPU's value: use update of the view
        requires(writes && is_per_cpu)
    = delete;

    /// The same with keys and values from elsewhere, as many as wanted, and the answers copied there.
    /// Errors: batch_sizes_differ the spans are not equally long
    /// Costs: one system call for each `capacity()` keys, and the copies
    [[nodiscard]] result<std::uint32_t> update(std::span<Key const> wanted, std::span<Value const> from,
                                               std::span<errc> said,
                                               element_flags flags = element_flags::any) const noexcept
        requires(writes && !is_per_cpu)
    {
        if (wanted.size() != from.size() || wanted.size() != said.size()) return sizes_differ();
        std::uint32_t stored = 0;
        for (std::size_t start = 0; start != wanted.size();) {
            auto const count = put_keys(wanted.subspan(start));
            for (std::size_t i = 0; i != count; ++i) values()[i] = from[start + i];
            auto const some = update(count, flags);
            if (!some) return some.error();
            stored += *some;
            for (std::size_t i = 0; i != count; ++i) said[start + i] = answers()[i];
            start += count;
        }
        return stored;
    }

    /// Removes the first `count` of `keys()`; gives how many were, `answers()` what became of each: ENOENT it was not there.
    /// UAPI: BPF_PROG_RUN; BPF_MAP_DELETE_ELEM where not `in_kernel()`
    /// Errors: E2BIG more than `capacity()`, with nothing done
    /// Costs: one system call, one for each key where not `in_kernel()`; no allocation
    [[nodiscard]] result<std::uint32_t> erase(std::uint32_t count) const noexcept
        requires(writes && has_erase)
    {
        if (count > capacity()) return error{errc::e2big, command::prog_test_run};
        auto const ran = run(erase_, count);
        if (!ran) return ran.error();
        if (!*ran)
            return answer_one_by_one(count, [&](std::size_t i) noexcept {
                return sys::call(sys::attr::map_delete_elem{.map_fd = map_.fd(), .key = &keys()[i]});
            });
        return successes(count);
    }
    void erase(auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void erase(auto&&...) const // elements of this type of map always exist: none can be removed
        requires(writes && !has_erase)
    = delete;

    /// The same with keys from elsewhere, as many as wanted, and the answers copied there.
    /// Errors: batch_sizes_differ the spans are not equally long
    /// Costs: one system call for each `capacity()` keys, and the copies
    [[nodiscard]] result<std::uint32_t> erase(std::span<Key const> wanted, std::span<errc> said) const noexcept
        requires(writes && has_erase)
    {
        if (wanted.size() != said.size()) return sizes_differ();
        std::uint32_t erased = 0;
        for (std::size_t start = 0; start != wanted.size();) {
            auto const count = put_keys(wanted.subspan(start));
            auto const some = erase(count);
            if (!some) return some.error();
            erased += *some;
            for (std::size_t i = 0; i != count; ++i) said[start + i] = answers()[i];
            start += count;
        }
        return erased;
    }

    /// Whether the kernel took the programs of all operations.
    [[nodiscard]] bool in_kernel() const noexcept { return !refusal(); }

    /// What it said to the first that it refused, of lookup, update and erase.
    [[nodiscard]] std::optional<error> refusal() const noexcept {
        if (lookup_.refusal) return lookup_.refusal;
        if (update_.refusal) return update_.refusal;
        return erase_.refusal;
    }

  private:
    vectored(detail::program_block block, Map own) noexcept : block_{std::move(block)}, map_{std::move(own)} {}

    static error sizes_differ() noexcept { return {errc::batch_sizes_differ, command::prog_test_run}; }

    template <std::size_t N>
    result<operation> load(insn::program_code<N, detail::two_maps> const& code, object_name name) const noexcept {
        auto const filled = detail::laid_out(code.with(block_.fd(), map_.fd()), block_.layout());
        auto loaded = detail::load_with_callback<runner>(filled, code.start_of_subprogram(1), name);
        if (loaded && loaded->refusal && is_per_cpu) return *loaded->refusal;
        return loaded;
    }

    std::optional<error> load_programs() noexcept {
        if constexpr (reads) {
            static constexpr auto code = detail::lookup_program<sizeof(Key), sizeof(Value)>();
            if (auto const failed = take(lookup_, load(code, "bpfxx_lookup"))) return failed;
        }
        if constexpr (writes && !is_per_cpu) {
            static constexpr auto code = detail::update_program<sizeof(Key), sizeof(Value)>();
            if (auto const failed = take(update_, load(code, "bpfxx_update"))) return failed;
        }
        if constexpr (writes && has_erase) {
            static constexpr auto code = detail::erase_program<sizeof(Key)>();
            if (auto const failed = take(erase_, load(code, "bpfxx_erase"))) return failed;
        }
        return std::nullopt;
    }

    static std::optional<error> take(operation& into, result<operation> loaded) noexcept {
        if (!loaded) return loaded.error();
        into = std::move(*loaded);
        return std::nullopt;
    }

    // False where the kernel has to be asked key by key: no program, or one that did not run, as a raw tracepoint's may
    // where it is running on this CPU already.
    result<bool> run(operation const& with, std::uint32_t count) const noexcept {
        if (!with.loaded) return false;
        block_.number(detail::vectored_number::wanted) = count;
        block_.number(detail::vectored_number::done) = ~std::uint64_t{};
        auto const ran = block_.run(with.loaded->fd());
        if (!ran) return ran.error();
        return block_.number(detail::vectored_number::done) == count;
    }

    [[nodiscard]] std::uint32_t put_keys(std::span<Key const> wanted) const noexcept {
        auto const count = wanted.size() < capacity() ? wanted.size() : capacity();
        for (std::size_t i = 0; i != count; ++i) keys()[i] = wanted[i];
        return static_cast<std::uint32_t>(count);
    }

    [[nodiscard]] std::uint32_t successes(std::uint32_t count) const noexcept {
        std::uint32_t done = 0;
        for (errc const one : answers().first(count)) done += one == errc{} ? 1 : 0;
        return done;
    }

    result<std::uint32_t> lookup_one_by_one(std::uint32_t count) const noexcept {
        auto* const flags = block_.at<bool>(detail::block_layout::found);
        std::uint32_t there = 0;
        for (std::uint32_t i = 0; i != count; ++i) {
            auto const is_there = detail::lookup_into(map_.fd(), &keys()[i], &values()[i], element_flags::any);
            if (!is_there) return is_there.error();
            flags[i] = *is_there;
            there += *is_there ? 1 : 0;
        }
        return there;
    }

    template <class Ask>
    std::uint32_t answer_one_by_one(std::uint32_t count, Ask ask) const noexcept {
        auto* const said = block_.at<errc>(block_.layout().answers);
        for (std::uint32_t i = 0; i != count; ++i) {
            auto const answer = ask(i);
            said[i] = answer ? errc{} : answer.error().code;
        }
        return successes(count);
    }

    detail::program_block block_;
    Map map_;
    operation lookup_{};
    operation update_{};
    operation erase_{};
};

/// The same with the type found by the compiler: `auto many = bpfxx::make_vectored(flows, 256);`
template <class Map>
[[nodiscard]] result<vectored<Map>> make_vectored(Map const& map, std::uint32_t capacity) noexcept {
    return vectored<Map>::create(map, capacity);
}

} // namespace bpfxx
