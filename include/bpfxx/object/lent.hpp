#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>

#include <utility>

namespace bpfxx::object {

namespace detail {

/// An owner of a number that something else owns, to be released again. The number of nothing is -1.
template <class Kind>
[[nodiscard]] owned_fd<Kind> own_for_a_while(optional_fd_ref<Kind> fd) noexcept {
    return *owned_fd<Kind>::from_kernel(fd ? fd.raw() : -1, command::duplicate_fd);
}

/// What is lent, or a number that the kernel refuses.
template <class Kind>
[[nodiscard]] fd_ref<Kind> borrow_or_nothing(optional_fd_ref<Kind> fd) noexcept {
    return fd_ref<Kind>::from_raw(fd ? fd.raw() : -1);
}

} // namespace detail

/// A view of a map, or the handle of a program, that belongs to a loaded object: with all of its members, but it closes
/// nothing. The object must outlive it. Where the object has no such map or program, since it was left out, every call
/// fails with EBADF.
template <class View>
class [[nodiscard]] lent : public View {
  public:
    explicit lent(View given) noexcept : View{std::move(given)} {}
    lent(lent&&) = delete;
    lent& operator=(lent&&) = delete;
    ~lent() { static_cast<void>(std::move(*static_cast<View*>(this)).release().release()); }

    void release() && = delete; // the object owns this descriptor: duplicate() gives you one of your own
};

} // namespace bpfxx::object
