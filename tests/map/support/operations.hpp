#pragma once
// Finds out what the running kernel lets user space do with a map, by doing it, in the words of map/facts.hpp.

#include <bpfxx/map/element.hpp>
#include <bpfxx/map/operations.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <sys/mman.h>

namespace support {

/// An element that the map takes; `first` and `second` are different things under one key.
struct elements {
    std::array<std::byte, 16> key{};
    std::array<std::byte, 16> first{};
    std::array<std::byte, 16> second{};
};

/// Tries an empty map of at least one free slot, which is frozen afterwards.
class operations_of {
  public:
    operations_of(bpfxx::fd_ref<bpfxx::kind::map> map, elements const& given) : map_{map}, given_{given} {}

    [[nodiscard]] bpfxx::map_operations find() {
        using enum bpfxx::map_operations;
        note(update, store_anything());
        note(lookup, look_up());
        note(next_key, call(bpfxx::sys::attr::map_get_next_key{.map_fd = map_, .next_key = room_.data()}));
        note(erase, remove());
        note(insert, may_insert());
        note(replace, may_replace());
        note(take, may_take());
        find_batches();
        note(map_memory, may_map());
        note(freeze, call(bpfxx::sys::attr::map_freeze{.map_fd = map_}));
        return found_;
    }

  private:
    using flags = bpfxx::element_flags;

    template <class Attribute>
    static bool call(Attribute attribute) {
        return bpfxx::sys::call(attribute).has_value();
    }
    void note(bpfxx::map_operations what, bool works) {
        if (works) found_ = found_ | what;
    }

    bpfxx::result<void> store(flags how, std::array<std::byte, 16> const& value) {
        return bpfxx::sys::call(bpfxx::sys::attr::map_update_elem{
            .map_fd = map_, .key = given_.key.data(), .value = value.data(), .flags = how});
    }
    bool store_anything() { return store(flags::any, given_.first).has_value(); }
    bool look_up() {
        return call(bpfxx::sys::attr::map_lookup_elem{.map_fd = map_, .key = given_.key.data(), .value = room_.data()});
    }
    bool remove() { return call(bpfxx::sys::attr::map_delete_elem{.map_fd = map_, .key = given_.key.data()}); }

    static bool says(bpfxx::result<void> const& answer, bpfxx::errc code) {
        return !answer && answer.error().code == code;
    }
    /// Only what is not there is inserted.
    bool may_insert() {
        static_cast<void>(remove());
        return store(flags::noexist, given_.first) && says(store(flags::noexist, given_.second), bpfxx::errc::eexist);
    }
    /// Only what is there is replaced.
    bool may_replace() {
        static_cast<void>(remove());
        auto const absent = store(flags::exist, given_.first);
        return says(absent, bpfxx::errc::enoent) && store_anything() && store(flags::exist, given_.second).has_value();
    }
    bool may_take() {
        static_cast<void>(store_anything());
        return call(bpfxx::sys::attr::map_lookup_and_delete_elem{
            .map_fd = map_, .key = given_.key.data(), .value = room_.data()});
    }

    template <class Attribute>
    bool batch(void* keys, void* values) {
        Attribute attribute{.out_batch = cursor_.data(), .keys = keys, .values = values, .count = 1, .map_fd = map_};
        auto const called = bpfxx::sys::call(attribute);
        return (called || called.error().code == bpfxx::errc::enoent) && attribute.count == 1;
    }
    void find_batches() {
        using enum bpfxx::map_operations;
        static_cast<void>(store_anything());
        note(lookup_batch, batch<bpfxx::sys::attr::map_lookup_batch>(room_.data(), other_room_.data()));
        note(update_batch, call(bpfxx::sys::attr::map_update_batch{
                               .keys = given_.key.data(), .values = given_.first.data(), .count = 1, .map_fd = map_}));
        note(erase_batch,
             call(bpfxx::sys::attr::map_delete_batch{.keys = given_.key.data(), .count = 1, .map_fd = map_}));
        static_cast<void>(store_anything());
        note(take_batch, batch<bpfxx::sys::attr::map_lookup_and_delete_batch>(room_.data(), other_room_.data()));
    }
    bool may_map() {
        void* const memory = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, map_.raw(), 0);
        if (memory == MAP_FAILED) return false;
        ::munmap(memory, 4096);
        return true;
    }

    bpfxx::fd_ref<bpfxx::kind::map> map_;
    elements given_;
    std::array<std::byte, 64> room_{};
    std::array<std::byte, 64> other_room_{};
    std::array<std::byte, 64> cursor_{};
    bpfxx::map_operations found_ = bpfxx::map_operations::none;
};

/// The names of operations, to print where two sets differ.
inline std::string names_of(bpfxx::map_operations set) {
    constexpr std::array names{"lookup",     "update",   "insert",       "replace",      "erase",
                               "take",       "next_key", "lookup_batch", "update_batch", "erase_batch",
                               "take_batch", "lock",     "freeze",       "map_memory"};
    std::string text;
    for (std::size_t i = 0; i != names.size(); ++i)
        if ((static_cast<unsigned>(set) >> i & 1) != 0) text += std::string{names[i]} + ' ';
    return text;
}

/// Which of the flags that a map can have the kernel takes when such a map is created.
inline bpfxx::map_flags flags_taken(bpfxx::sys::attr::map_create attribute) {
    using enum bpfxx::map_flags;
    auto const always = attribute.flags;
    auto taken = none;
    for (auto const flag : {no_prealloc, no_common_lru, numa_node, rdonly, wronly, stack_build_id, zero_seed,
                            rdonly_prog, wronly_prog, clone, mmapable, preserve_elems, inner_map}) {
        attribute.flags = always | flag;
        if (bpfxx::sys::call(attribute)) taken = taken | flag;
    }
    return taken;
}

} // namespace support
