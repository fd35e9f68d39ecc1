#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/options.hpp>
#include <bpfxx/map/view.hpp>
#include <bpfxx/map/walks.hpp>
#include <bpfxx/shm/mapping.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// How far apart the elements of a mapped array are.
template <class T>
inline constexpr std::size_t mapped_stride = (sizeof(T) + 7) / 8 * 8;

namespace detail {

/// Walks over values that start every `mapped_stride` bytes, with gaps between them.
template <class T>
class gapped_iterator {
    using byte = std::conditional_t<std::is_const_v<T>, std::byte const, std::byte>;

  public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = std::remove_const_t<T>;
    using difference_type = std::ptrdiff_t;
    using reference = T&;
    using pointer = T*;

    gapped_iterator() noexcept = default;
    explicit gapped_iterator(byte* at) noexcept : at_{at} {}

    [[nodiscard]] T& operator*() const noexcept { return *reinterpret_cast<T*>(at_); }
    [[nodiscard]] T* operator->() const noexcept { return reinterpret_cast<T*>(at_); }
    [[nodiscard]] T& operator[](std::ptrdiff_t n) const noexcept { return *(*this + n); }

    gapped_iterator& operator+=(std::ptrdiff_t n) noexcept {
        at_ += n * stride;
        return *this;
    }
    gapped_iterator& operator-=(std::ptrdiff_t n) noexcept { return *this += -n; }
    gapped_iterator& operator++() noexcept { return *this += 1; }
    gapped_iterator& operator--() noexcept { return *this += -1; }
    gapped_iterator operator++(int) noexcept { return std::exchange(*this, *this + 1); }
    gapped_iterator operator--(int) noexcept { return std::exchange(*this, *this - 1); }

    [[nodiscard]] friend gapped_iterator operator+(gapped_iterator i, std::ptrdiff_t n) noexcept { return i += n; }
    [[nodiscard]] friend gapped_iterator operator+(std::ptrdiff_t n, gapped_iterator i) noexcept { return i += n; }
    [[nodiscard]] friend gapped_iterator operator-(gapped_iterator i, std::ptrdiff_t n) noexcept { return i -= n; }
    [[nodiscard]] friend std::ptrdiff_t operator-(gapped_iterator left, gapped_iterator right) noexcept {
        return (left.at_ - right.at_) / stride;
    }
    [[nodiscard]] friend auto operator<=>(gapped_iterator left, gapped_iterator right) noexcept = default;

  private:
    static constexpr auto stride = static_cast<std::ptrdiff_t>(mapped_stride<T>);

    byte* at_ = nullptr;
};

} // namespace detail

/// The elements of a mapped array: a random-access range that knows that they are a multiple of 8 bytes apart. Where that
/// is their size anyway, iterators are pointers and `span()` is all of them. It borrows the mapping.
template <class T>
class mapped_elements {
    static constexpr bool gapless = mapped_stride<T> == sizeof(T);
    using byte = std::conditional_t<std::is_const_v<T>, std::byte const, std::byte>;

  public:
    using value_type = std::remove_const_t<T>;
    using iterator = std::conditional_t<gapless, T*, detail::gapped_iterator<T>>;

    mapped_elements(byte* start, std::size_t size) noexcept : start_{start}, size_{size} {}

    /// An element in the map itself. The index is not checked: it has to be below `size()`.
    [[nodiscard]] T& operator[](std::size_t index) const noexcept {
        return *reinterpret_cast<T*>(start_ + index * mapped_stride<T>);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] iterator begin() const noexcept { return at(0); }
    [[nodiscard]] iterator end() const noexcept { return at(size_); }

    [[nodiscard]] std::span<T> span() const noexcept
        requires gapless
    {
        return {begin(), size_};
    }
    void span() const // the size of these elements is no multiple of 8, so that there are gaps: use begin() and end()
        requires(!gapless)
    = delete;

  private:
    [[nodiscard]] iterator at(std::size_t index) const noexcept {
        auto* const place = start_ + index * mapped_stride<T>;
        if constexpr (gapless)
            return reinterpret_cast<T*>(place);
        else
            return iterator{place};
    }

    byte* start_;
    std::size_t size_;
};

/// An array whose elements are mapped into the process: `table.view()[7].packets` is a load from memory, no system call.
/// Beside that it does all that `array_map` does. It owns a descriptor and a mapping; a moved-from array has an empty
/// view and is not to be used otherwise.
/// UAPI: BPF_MAP_TYPE_ARRAY with BPF_F_MMAPABLE
/// Since: Linux 5.5
/// Errors: of `update`: E2BIG the index is beyond the end; `lookup` finds nothing there
/// Races: programs and other processes write meanwhile, and nothing keeps an element of several members together. What
/// is shared goes through std::atomic_ref on one aligned member of 8 bytes at most. Relaxed pairs with BPF_ATOMIC
/// without BPF_FETCH (atomic64_add); sequentially consistent with BPF_FETCH, BPF_XCHG and BPF_CMPXCHG
/// (atomic64_fetch_add, atomic64_cmpxchg); acquire with BPF_STORE_REL and release with BPF_LOAD_ACQ (smp_store_release,
/// smp_load_acquire; Linux 6.15). `update`, `lookup` and helpers copy by memcpy, which orders nothing.
template <map_value T, access_mode Access = read_write>
class [[nodiscard]] mmap_array : public map_walks<map_kind::array, std::uint32_t, T, Access> {
    static_assert(mapping_access<Access>, "memory that may be written may be read: name read_write or read_only");

    using base = map_walks<map_kind::array, std::uint32_t, T, Access>;

    // Even to be mapped for reading alone, the descriptor has to be one that may write.
    static constexpr detail::map_shape shape{.type = map_type::array,
                                             .key_size = sizeof(std::uint32_t),
                                             .value_size = sizeof(T),
                                             .access = open_flags::none,
                                             .with = map_flags::mmapable};

  public:
    /// What `view()` gives access to: T, const where the array is read-only.
    using element_type = std::conditional_t<writable<Access>, T, T const>;

    /// Creates an array and maps it; `map_flags::mmapable` is set without saying.
    /// UAPI: BPF_MAP_CREATE, mmap(2)
    /// Errors: EPERM CAP_BPF is missing; EINVAL no entries; E2BIG, ENOMEM too large; EACCES BPF_F_RDONLY_PROG, which
    /// can only be mapped read_only
    /// Costs: two system calls, no allocation in user space
    [[nodiscard]] static result<mmap_array> create(map_options<map_kind::array> const& options) noexcept {
        return map(detail::opened_map::create(shape, options.spec()));
    }

    /// Opens a pinned array, by path or relative to a directory (Linux 6.5), checks it against T and maps it.
    /// UAPI: BPF_OBJ_GET, BPF_OBJ_GET_INFO_BY_FD, mmap(2)
    /// Errors: ENOENT no such path; EACCES the file's mode forbids to read and write, which a mapping needs even to read;
    /// map_type_differs, key_size_differs, value_size_differs the map there is another one; map_flags_differ it was
    /// created without BPF_F_MMAPABLE; EPERM it is frozen: open it as read_only
    /// Costs: three system calls, no allocation; a refused map is closed again
    [[nodiscard]] static result<mmap_array> open(char const* path) noexcept {
        return map(detail::opened_map::open(shape, path));
    }
    [[nodiscard]] static result<mmap_array> open(fd_ref<kind::directory> directory, char const* path) noexcept {
        return map(detail::opened_map::open(shape, directory, path));
    }

    /// Opens an array by id, checks it against T and maps it.
    /// UAPI: BPF_MAP_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD, mmap(2)
    /// Errors: ENOENT no such id; EPERM CAP_SYS_ADMIN is missing; the others as for a path
    /// Costs: three system calls, no allocation
    [[nodiscard]] static result<mmap_array> open(map_id id) noexcept {
        return map(detail::opened_map::open(shape, id));
    }

    /// Takes over an open descriptor once the map behind it is seen to fit, and maps it; on failure the descriptor is
    /// closed.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD, mmap(2)
    /// Errors: as for a path; EINVAL, EACCES the descriptor may not both read and write
    /// Costs: two system calls
    [[nodiscard]] static result<mmap_array> adopt(owned_fd<kind::map> descriptor) noexcept {
        return map(detail::opened_map::check(shape, std::move(descriptor)));
    }

    /// The same with one more check, as in `map_view`: `btf::matching_layout` compares the members of T with the map's
    /// BTF and names the one that differs.
    /// Errors: those above and the check's own
    /// Costs: those above and the check's own
    template <map_check Check>
    [[nodiscard]] static auto open(char const* path, Check&& check) noexcept {
        sys::info::map found;
        return map(detail::opened_map::open(shape, path, &found), found, check);
    }
    template <map_check Check>
    [[nodiscard]] static auto open(fd_ref<kind::directory> directory, char const* path, Check&& check) noexcept {
        sys::info::map found;
        return map(detail::opened_map::open(shape, directory, path, &found), found, check);
    }
    template <map_check Check>
    [[nodiscard]] static auto open(map_id id, Check&& check) noexcept {
        sys::info::map found;
        return map(detail::opened_map::open(shape, id, &found), found, check);
    }
    template <map_check Check>
    [[nodiscard]] static auto adopt(owned_fd<kind::map> descriptor, Check&& check) noexcept {
        sys::info::map found;
        return map(detail::opened_map::check(shape, std::move(descriptor), &found), found, check);
    }

    /// A second view of the same map, with a descriptor and a mapping of its own.
    /// Costs: two system calls
    [[nodiscard]] result<mmap_array> duplicate() const noexcept {
        auto copy = this->fd_.duplicate();
        if (!copy) return copy.error();
        return map(detail::opened_map{std::move(*copy), this->max_entries()});
    }

    /// All elements, in the map itself, for as long as this array lives.
    /// Costs: no system call
    [[nodiscard]] mapped_elements<element_type> view() const& noexcept {
        return {mapped_.data(), mapped_ ? this->max_entries() : 0};
    }
    mapped_elements<element_type> view() const&& = delete; // these elements are unmapped at once: name the array

    /// Forbids all further writes from user space, through every descriptor, and maps the array again, to be read:
    /// `auto constants = std::move(table).freeze();`. This array is used up, whatever the outcome.
    /// UAPI: munmap(2), BPF_MAP_FREEZE, mmap(2)
    /// Errors: EBUSY another mapping may write; EPERM frozen already (EBUSY before 6.5)
    /// Costs: three system calls
    [[nodiscard]] result<mmap_array<T, read_only>> freeze() && noexcept
        requires writable<Access>
    {
        {
            auto const unmapped = std::move(mapped_);
        }
        auto const frozen = sys::call(sys::attr::map_freeze{.map_fd = this->fd_});
        if (!frozen) return frozen.error();
        return mmap_array<T, read_only>::map(detail::opened_map{std::move(this->fd_), this->max_entries()});
    }
    void freeze() const& // no map is frozen while it is mapped to be written: std::move(array).freeze() gives that up
        requires writable<Access>
    = delete;
    void freeze() const& // this view is read-only: only a view that may write can freeze
        requires(!writable<Access>)
    = delete;

  private:
    template <map_value, access_mode>
    friend class mmap_array;

    static result<mmap_array> map(result<detail::opened_map> opened) noexcept {
        if (!opened) return opened.error();
        auto const length = opened->max_entries * std::uint64_t{mapped_stride<T>};
        if (!std::in_range<std::size_t>(length)) return error{errc::enomem, command::map_memory};
        auto mapped = mapping<Access>::map(opened->fd, {.length = static_cast<std::size_t>(length)});
        if (!mapped) return mapped.error();
        return mmap_array{std::move(*opened), std::move(*mapped)};
    }

    template <class Check>
    static auto map(result<detail::opened_map> opened, sys::info::map const& found, Check& check) noexcept
        -> result_with<mmap_array, typename std::remove_cvref_t<Check>::error_type> {
        using error_type = typename std::remove_cvref_t<Check>::error_type;
        if (!opened) return error_type{opened.error()};
        auto const fits = check.template operator()<std::uint32_t, T>(opened->fd.borrow(), found);
        if (!fits) return fits.error();
        auto mapped = map(std::move(*opened));
        if (!mapped) return error_type{mapped.error()};
        return std::move(*mapped);
    }

    mmap_array(detail::opened_map opened, mapping<Access> mapped) noexcept
        : base{std::move(opened)}, mapped_{std::move(mapped)} {}

    mapping<Access> mapped_;
};

} // namespace bpfxx
