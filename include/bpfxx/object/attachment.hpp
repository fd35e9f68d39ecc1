#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/perf.hpp>
#include <bpfxx/attach/tracefs_probe.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx::object {

class attachment_list;

/// The attachment of a program of an object, by whatever means: a link, or on kernels without one for it an event or a
/// probe of tracefs; or several of them, at the sites of a static probe. The destructor ends it, unless it is a link that
/// was pinned, duplicated or passed on. It may hold nothing, as where a program was not attached.
class [[nodiscard]] attachment {
  public:
    attachment() noexcept = default;

    explicit attachment(owned_fd<kind::link> link) noexcept { hold(std::move(link)); }
    explicit attachment(direct::perf_attachment event) noexcept { hold(std::move(event)); }
    explicit attachment(direct::tracefs_probe_attachment probe) noexcept { hold(std::move(probe)); }
    explicit attachment(attachment_list several) noexcept;
    /// Takes over a link of one kind, such as one to a hook that only the user could name.
    template <class Kind>
    explicit attachment(basic_link<Kind> link) noexcept : attachment{std::move(link).release()} {}

    attachment(attachment&& other) noexcept { take(other); }
    attachment& operator=(attachment&& other) noexcept {
        if (this == &other) return *this;
        static_cast<void>(finish(end::destroyed));
        take(other);
        return *this;
    }
    ~attachment() { static_cast<void>(finish(end::destroyed)); }

    /// Whether there is one: not once it was detached, left or moved from.
    [[nodiscard]] explicit operator bool() const noexcept { return act_ != nullptr; }

    /// The link, lent; none where there is none, or several.
    [[nodiscard]] optional_fd_ref<kind::link> link() const& noexcept {
        return holds_link() ? optional_fd_ref<kind::link>{held_link()} : optional_fd_ref<kind::link>{};
    }
    optional_fd_ref<kind::link> link() const&& = delete; // this borrows from a temporary that closes at once: name it

    /// Gives the link a path in the BPF file system, which keeps the program attached when this ends.
    /// UAPI: BPF_OBJ_PIN
    /// Since: Linux 5.7
    /// Errors: EOPNOTSUPP there is no link, or several; EEXIST the path is taken; EPERM not in a BPF file system, or a dot
    /// in the name; ENOENT no such directory
    /// Costs: one system call, no allocation
    [[nodiscard]] result<void> pin(char const* path) const noexcept {
        if (!holds_link()) return error{errc::eopnotsupp, command::obj_pin};
        return sys::pin(held_link().borrow(), path);
    }

    /// Ends the attachment now, so that a failure is seen; nothing is held then. Of a link the descriptor is closed.
    /// Errors: EBUSY, ENOENT of a probe of tracefs; of several the first
    /// Costs: one system call, three for a probe of tracefs
    [[nodiscard]] result<void> detach() noexcept { return finish(end::detached); }

    /// Gives up the link's descriptor without closing it, for the handles of its kind: `tracing_link::adopt`. What is no
    /// link stays held.
    /// Errors: EOPNOTSUPP there is no link, or several
    [[nodiscard]] result<owned_fd<kind::link>> release() && noexcept {
        if (!holds_link()) return error{errc::eopnotsupp, command::search};
        owned_fd<kind::link> given = std::move(held_link());
        static_cast<void>(finish(end::destroyed));
        return given;
    }

    /// Leaves the program attached as long as the process lives.
    void leave_attached() && noexcept { static_cast<void>(finish(end::left)); }

  private:
    enum class end { destroyed, detached, left, moved };

    // One function for each means, named only where such an attachment is made: a program has no code for the others, as
    // it would with a variant.
    using action = result<void> (*)(end, void* held, void* to) noexcept;

    template <class Held>
    static result<void> act(end how, void* held, void* to) noexcept {
        auto* const self = static_cast<Held*>(held);
        result<void> done = outcome::success();
        if (how == end::moved) ::new (to) Held{std::move(*self)};
        if constexpr (std::is_same_v<Held, owned_fd<kind::link>>) {
            if (how == end::left) static_cast<void>(std::move(*self).release());
        } else {
            if (how == end::detached) done = self->detach();
            if (how == end::left) std::move(*self).leave_attached();
        }
        self->~Held();
        return done;
    }

    template <class Held>
    void hold(Held what) noexcept {
        static_assert(sizeof(Held) <= sizeof room_ && alignof(Held) <= alignment);
        ::new (static_cast<void*>(room_)) Held{std::move(what)};
        act_ = &act<Held>;
    }
    void take(attachment& other) noexcept {
        act_ = std::exchange(other.act_, nullptr);
        if (act_ != nullptr) static_cast<void>(act_(end::moved, other.room_, room_));
    }
    result<void> finish(end how) noexcept {
        auto const act = std::exchange(act_, nullptr);
        return act == nullptr ? result<void>{outcome::success()} : act(how, room_, nullptr);
    }

    [[nodiscard]] bool holds_link() const noexcept { return act_ == &act<owned_fd<kind::link>>; }
    [[nodiscard]] owned_fd<kind::link>& held_link() noexcept {
        return *std::launder(reinterpret_cast<owned_fd<kind::link>*>(room_));
    }
    [[nodiscard]] owned_fd<kind::link> const& held_link() const noexcept {
        return *std::launder(reinterpret_cast<owned_fd<kind::link> const*>(room_));
    }

    static constexpr std::size_t alignment = alignof(std::max_align_t);

    action act_ = nullptr;
    alignas(alignment) std::byte room_[sizeof(direct::tracefs_probe_attachment)];
};

/// Several attachments of one program that end together, the last one first.
class [[nodiscard]] attachment_list {
  public:
    /// Errors: ENOMEM
    /// Costs: one allocation
    [[nodiscard]] static result<attachment_list> make(std::size_t capacity) noexcept {
        attachment_list made;
        made.start_ = static_cast<attachment*>(std::malloc(capacity * sizeof(attachment)));
        if (made.start_ == nullptr) return error{errc::enomem, command::map_memory};
        return made;
    }

    attachment_list(attachment_list&& other) noexcept
        : start_{std::exchange(other.start_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
    attachment_list& operator=(attachment_list&&) = delete;
    ~attachment_list() {
        static_cast<void>(detach());
        std::free(start_);
    }

    /// No more than there was room made for.
    void push(attachment one) noexcept { ::new (static_cast<void*>(start_ + size_++)) attachment{std::move(one)}; }

    /// Errors: the first one's
    [[nodiscard]] result<void> detach() noexcept {
        result<void> done = outcome::success();
        while (size_ != 0) {
            attachment& last = start_[--size_];
            auto const ended = last.detach();
            if (done) done = ended;
            last.~attachment();
        }
        return done;
    }

    void leave_attached() && noexcept {
        for (attachment& each : std::span{start_, std::exchange(size_, 0)}) std::move(each).leave_attached();
    }

  private:
    attachment_list() noexcept = default;

    attachment* start_ = nullptr;
    std::size_t size_ = 0;
};

inline attachment::attachment(attachment_list several) noexcept { hold(std::move(several)); }

} // namespace bpfxx::object
