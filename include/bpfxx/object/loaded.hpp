#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/operations.hpp>
#include <bpfxx/object/room.hpp>
#include <bpfxx/shm/mapping.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace bpfxx::object {

/// A map of a loaded object, with its memory where the kernel lets processes see it: variables and arenas.
struct loaded_map {
    /// Nothing where it was not created.
    std::optional<owned_fd<kind::map>> fd{};
    /// .data, .bss and arenas.
    std::optional<mapping<read_write>> memory{};
    /// .rodata and .kconfig.
    std::optional<mapping<read_only>> constants{};
    /// It was there before: pinned, or given.
    bool reused = false;
    /// What a struct of functions is registered with: `register_struct`.
    std::span<std::byte> value{};
    room value_memory{};

    /// The map, lent; none where there is none.
    [[nodiscard]] optional_fd_ref<kind::map> map() const& noexcept {
        return fd ? optional_fd_ref<kind::map>{*fd} : optional_fd_ref<kind::map>{};
    }
    /// The memory to read, of whichever kind; empty where none is mapped.
    [[nodiscard]] std::span<std::byte const> bytes() const& noexcept {
        if (memory) return memory->bytes();
        return constants ? constants->bytes() : std::span<std::byte const>{};
    }
};

/// A program of a loaded object.
struct loaded_program {
    /// Nothing where it was not loaded.
    std::optional<owned_fd<kind::program>> fd{};

    [[nodiscard]] optional_fd_ref<kind::program> program() const& noexcept {
        return fd ? optional_fd_ref<kind::program>{*fd} : optional_fd_ref<kind::program>{};
    }
};

/// Where `load` puts what it makes: one for each map and program of the plan, empty before. They are the caller's, and
/// empty again where loading failed.
struct slots {
    slice<loaded_map> maps{};
    slice<loaded_program> programs{};

    void clear() const noexcept {
        for (loaded_program& each : programs) each = {};
        for (loaded_map& each : maps) each = {};
    }
};

} // namespace bpfxx::object
