#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/result.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

// Programs are attached by links where the kernel has them, and else by other means, which end only when somebody ends
// them: these are in namespace direct.
namespace bpfxx::direct {

/// What knows how to end one attachment, and holds what it takes to do so.
template <class T>
concept undo = std::is_nothrow_move_constructible_v<T> && requires(T& what) {
    { what.undo() } noexcept -> std::same_as<result<void>>;
};

/// A program's attachment without a link. Its destructor detaches exactly what was attached, whoever holds the program,
/// and unlike a link it cannot be pinned: the attachment stays when the process dies before.
template <undo Undo>
class [[nodiscard]] attachment {
  public:
    explicit attachment(Undo what) noexcept : undo_{std::move(what)} {}

    attachment(attachment&& other) noexcept
        : undo_{std::move(other.undo_)}, attached_{std::exchange(other.attached_, false)} {}
    attachment& operator=(attachment&& other) noexcept {
        if (this == &other) return *this;
        if (attached_) static_cast<void>(undo_.undo());
        undo_ = std::move(other.undo_);
        attached_ = std::exchange(other.attached_, false);
        return *this;
    }
    ~attachment() {
        if (attached_) static_cast<void>(undo_.undo());
    }

    /// Detaches now, so that a failure is seen. Where it fails the attachment counts as over all the same: what somebody
    /// else has ended or replaced is not for this one to end again.
    /// Errors: of the mechanism, which is named there
    /// Costs: as the mechanism says
    [[nodiscard]] result<void> detach() noexcept {
        if (!std::exchange(attached_, false)) return outcome::success();
        return undo_.undo();
    }

    /// Leaves the program attached for good.
    void leave_attached() && noexcept { attached_ = false; }

    /// Whether the destructor will detach: not once it was detached, left or moved from.
    [[nodiscard]] explicit operator bool() const noexcept { return attached_; }

    /// What the mechanism knows of the attachment, such as its handle.
    [[nodiscard]] Undo const& operator*() const& noexcept { return undo_; }
    [[nodiscard]] Undo const* operator->() const& noexcept { return &undo_; }

  private:
    Undo undo_;
    bool attached_ = true;
};

} // namespace bpfxx::direct
