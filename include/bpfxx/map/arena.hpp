#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/object.hpp>
#include <bpfxx/map/options.hpp>
#include <bpfxx/shm/mapping.hpp>
#include <bpfxx/spec/required.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// A pointer into an arena as it stands in the arena's own memory, 8 bytes: what C for BPF declares as `T __arena *`.
/// It is the address in user space; programs go by its lower 32 bits, and so does `arena::at`, which is where it turns
/// into a pointer: what stands in shared memory is believed only after its bounds have been checked. T may be
/// incomplete, for lists and trees.
/// UAPI: BPF_ADDR_SPACE_CAST
template <class T>
class arena_ptr {
  public:
    constexpr arena_ptr() noexcept = default;
    constexpr arena_ptr(std::nullptr_t) noexcept {}

    /// An address in user space, or the lower half of one, as a program's register or result holds it.
    [[nodiscard]] static constexpr arena_ptr from(std::uint64_t address) noexcept {
        arena_ptr made;
        made.address_ = address;
        return made;
    }

    /// The address in user space.
    [[nodiscard]] constexpr std::uint64_t address() const noexcept { return address_; }

    /// What programs find it by.
    [[nodiscard]] constexpr std::uint32_t lower_half() const noexcept { return static_cast<std::uint32_t>(address_); }

    /// Null is where the lower half is 0, as it is to programs: the first byte of an arena that starts at a multiple of
    /// 4 GiB cannot be pointed to.
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return lower_half() != 0; }

    friend constexpr bool operator==(arena_ptr left, arena_ptr right) noexcept {
        return left.lower_half() == right.lower_half();
    }

  private:
    std::uint64_t address_ = 0;
};

/// How an arena is created.
/// UAPI: BPF_MAP_CREATE
struct arena_options {
    /// What bpftool shows.
    object_name name{};
    /// The capacity in pages, 4 GiB in all at most; they take no memory before they are touched.
    required<std::uint32_t> pages;
    /// Where every process is to have it: a multiple of the page size such that the arena does not cross a multiple of
    /// 4 GiB. 0 leaves it to the kernel; other processes then have to be told.
    std::uint64_t address = 0;
    creation_flags<map_kind::arena> flags{};
    /// Delegated rights to use instead of capabilities.
    optional_fd_ref<kind::token> token{};
    /// Only the program with this hash may use the map. Since: Linux 6.18
    std::optional<program_hash> exclusive_program{};
};

/// Memory that programs and processes share, at one address in all of them, so that pointers in it mean the same
/// everywhere. It owns the descriptor and this process's mapping. Pages are zero and come into being when user space
/// touches them or a program calls bpf_arena_alloc_pages; to a program, a page that is not there yet reads as zero and
/// swallows what is written.
/// UAPI: BPF_MAP_TYPE_ARENA
/// Since: Linux 6.9
/// Races: everything in it can change at any time: read and write what is shared through std::atomic_ref. A relaxed
/// one goes with BPF_ATOMIC without BPF_FETCH, a sequentially consistent one with BPF_FETCH, BPF_XCHG and BPF_CMPXCHG,
/// acquire and release with BPF_STORE_REL and BPF_LOAD_ACQ (Linux 6.15)
template <mapping_access Access = read_write>
class [[nodiscard]] arena : public map_object<map_kind::arena, Access> {
    using base = map_object<map_kind::arena, Access>;
    using byte_type = typename mapping<Access>::byte_type;

    static constexpr detail::map_shape shape{.type = map_type::arena,
                                             .key_size = 0,
                                             .value_size = 0,
                                             .access = open_flags::none,
                                             .with = map_flags::mmapable};

    template <class T>
    using as_mapped = std::conditional_t<writable<Access>, T, T const>;

  public:
    /// Creates an arena and maps it, at the address asked for or where the kernel finds room.
    /// UAPI: BPF_MAP_CREATE, mmap(2)
    /// Errors: EPERM CAP_BPF is missing; EINVAL no pages, an address that starts no page, or a kernel without arenas;
    /// E2BIG more than 4 GiB; ERANGE it would cross a multiple of 4 GiB; EEXIST something is mapped at the address;
    /// EOPNOTSUPP no arenas on this processor; ENOMEM
    /// Costs: two system calls, no allocation in user space
    [[nodiscard]] static result<arena> create(arena_options const& options) noexcept
        requires writable<Access>
    {
        return map_at(options.address,
                      detail::opened_map::create(shape, {
                                                            .max_entries = options.pages,
                                                            .flags = options.flags.get(),
                                                            .name = options.name,
                                                            .token = options.token,
                                                            .exclusive_program = options.exclusive_program,
                                                            .map_extra = options.address,
                                                        }));
    }
    static void create(arena_options const&) // an arena is created by who writes to it: create it as read_write
        requires(!writable<Access>)
    = delete;

    /// Opens a pinned arena, by path or relative to a directory (Linux 6.5), and maps it where it was created to be, or,
    /// where that was left to the kernel, at the `address` that the first process found it at.
    /// UAPI: BPF_OBJ_GET, BPF_OBJ_GET_INFO_BY_FD, mmap(2)
    /// Errors: ENOENT no such path; EACCES the file's mode forbids to read and write; map_type_differs; EEXIST something
    /// is mapped at the address, such as this arena, which a process has once; EINVAL, EBUSY it is at another address
    /// Costs: three system calls, no allocation
    [[nodiscard]] static result<arena> open(char const* path, std::uint64_t address = 0) noexcept {
        sys::info::map found;
        return map_found(found, address, detail::opened_map::open(shape, path, &found));
    }
    [[nodiscard]] static result<arena> open(fd_ref<kind::directory> directory, char const* path,
                                            std::uint64_t address = 0) noexcept {
        sys::info::map found;
        return map_found(found, address, detail::opened_map::open(shape, directory, path, &found));
    }

    /// The same by id.
    /// UAPI: BPF_MAP_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD, mmap(2)
    [[nodiscard]] static result<arena> open(map_id id, std::uint64_t address = 0) noexcept {
        sys::info::map found;
        return map_found(found, address, detail::opened_map::open(shape, id, &found));
    }

    /// Takes over an open descriptor once the map behind it is seen to be an arena, and maps it; on failure the
    /// descriptor is closed.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD, mmap(2)
    /// Costs: two system calls
    [[nodiscard]] static result<arena> adopt(owned_fd<kind::map> descriptor, std::uint64_t address = 0) noexcept {
        sys::info::map found;
        return map_found(found, address, detail::opened_map::check(shape, std::move(descriptor), &found));
    }

    /// All of it, for as long as this handle lives. Reading a page that nobody wrote to brings it into being.
    [[nodiscard]] std::span<byte_type> bytes() const& noexcept { return mapped_.bytes(); }
    std::span<byte_type> bytes() const&& = delete; // these bytes are unmapped at once: name the arena

    /// Where it is, in this process and in every other.
    [[nodiscard]] std::uint64_t address() const noexcept { return reinterpret_cast<std::uintptr_t>(mapped_.data()); }

    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return mapped_.size(); }

    /// The object at a distance from the start; null where it would lie beyond the end or is not aligned for its type.
    /// Costs: no system call
    template <plain_bytes T>
    [[nodiscard]] as_mapped<T>* at(std::uint64_t byte_offset) const& noexcept {
        return first_of<T>(byte_offset, 1);
    }

    /// What a pointer in the arena points to; null where it is null, or points out of the arena or to no place for a T.
    template <plain_bytes T>
    [[nodiscard]] as_mapped<T>* at(arena_ptr<T> pointer) const& noexcept {
        return pointer ? first_of<T>(offset_of(pointer.lower_half()), 1) : nullptr;
    }
    template <plain_bytes T>
    void at(std::uint64_t) const&& = delete; // this points into an arena that is unmapped at once: name the arena
    template <plain_bytes T>
    void at(arena_ptr<T>) const&& = delete; // this points into an arena that is unmapped at once: name the arena

    /// `count` objects in a row; none where they would not all fit, or are not aligned for their type.
    template <plain_bytes T>
    [[nodiscard]] std::span<as_mapped<T>> array_at(std::uint64_t byte_offset, std::size_t count) const& noexcept {
        auto* const first = first_of<T>(byte_offset, count);
        return first == nullptr ? std::span<as_mapped<T>>{} : std::span<as_mapped<T>>{first, count};
    }
    template <plain_bytes T>
    void array_at(std::uint64_t, std::size_t) const&& = delete; // these objects are unmapped at once: name the arena

    /// The pointer to an object of this arena, to be stored in it; null for anything that does not lie in it.
    template <plain_bytes T>
    [[nodiscard]] arena_ptr<T> pointer_to(T const& object) const noexcept {
        auto const place = reinterpret_cast<std::uintptr_t>(&object);
        bool const inside = place - address() < size_bytes() && sizeof(T) <= size_bytes() - (place - address());
        return inside ? arena_ptr<T>::from(place) : nullptr;
    }

  private:
    static result<arena> map_found(sys::info::map const& found, std::uint64_t address,
                                   result<detail::opened_map> opened) noexcept {
        return map_at(address != 0 || !opened ? address : found.map_extra, std::move(opened));
    }

    static result<arena> map_at(std::uint64_t address, result<detail::opened_map> opened) noexcept {
        if (!opened) return opened.error();
        auto const length = opened->max_entries * std::uint64_t{page_size()};
        if (!std::in_range<std::size_t>(length)) return error{errc::enomem, command::map_memory};
        auto mapped = mapping<Access>::map(opened->fd,
                                           {.length = static_cast<std::size_t>(length),
                                            .address = reinterpret_cast<void*>(static_cast<std::uintptr_t>(address))});
        if (!mapped) return mapped.error();
        return arena{std::move(*opened), std::move(*mapped)};
    }

    arena(detail::opened_map opened, mapping<Access> mapped) noexcept
        : base{std::move(opened)}, mapped_{std::move(mapped)} {}

    /// As programs find it: no arena crosses a multiple of 4 GiB, so the lower halves alone tell the distance.
    [[nodiscard]] std::uint64_t offset_of(std::uint32_t lower_half) const noexcept {
        return static_cast<std::uint32_t>(lower_half - static_cast<std::uint32_t>(address()));
    }

    template <class T>
    [[nodiscard]] as_mapped<T>* first_of(std::uint64_t offset, std::size_t count) const noexcept {
        if (offset > size_bytes() || count > (size_bytes() - offset) / sizeof(T) || offset % alignof(T) != 0)
            return nullptr;
        return reinterpret_cast<as_mapped<T>*>(mapped_.data() + offset);
    }

    mapping<Access> mapped_;
};

} // namespace bpfxx
