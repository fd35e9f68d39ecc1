#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

namespace bpfxx::object {

/// A program of an object that was opened by `object_file`, which must outlive it.
class file_program {
  public:
    file_program(plan const& of, std::uint32_t number, program_settings& how, loaded_program const& made) noexcept
        : of_{&of}, how_{&how}, made_{&made}, number_{number} {}

    [[nodiscard]] planned_program const& planned() const noexcept { return of_->programs[number_]; }
    [[nodiscard]] std::string_view name() const noexcept { return planned().name; }
    [[nodiscard]] std::string_view section() const noexcept { return planned().section_text; }

    /// What is to be different from what the section says; has no effect any more once the object is loaded.
    [[nodiscard]] program_settings& settings() const noexcept { return *how_; }
    file_program const& loaded(bool yes) const noexcept {
        how_->loaded = yes;
        return *this;
    }
    /// What BTF knows the function or the hook by that it is for; the text must live until the object is loaded.
    file_program const& target(std::string_view name) const noexcept {
        how_->target = name;
        return *this;
    }
    /// The same in another program, which must live until the object is loaded.
    file_program const& target(fd_ref<kind::program> program, std::string_view function = {}) const noexcept {
        how_->target_program = program;
        if (!function.empty()) how_->target = function;
        return *this;
    }

    /// None before the object is loaded, and none for a program that was left out.
    [[nodiscard]] optional_fd_ref<kind::program> fd() const noexcept { return made_->program(); }

    /// A handle with a descriptor of its own, for the hooks that only the user can name: `handle<program_kind::xdp>()`.
    /// Errors: EBADF the program was not loaded; program_type_differs
    /// Costs: two system calls
    template <class Kind>
    [[nodiscard]] result<bpfxx::program<Kind>> handle() const noexcept {
        if (!made_->fd) return error{errc::ebadf, command::search};
        auto own = made_->fd->duplicate();
        if (!own) return own.error();
        return bpfxx::program<Kind>::adopt(*std::move(own));
    }

    /// UAPI: BPF_OBJ_PIN
    /// Errors: EBADF the program was not loaded; those of `sys::pin`
    [[nodiscard]] result<void> pin(char const* path) const noexcept {
        if (!made_->fd) return error{errc::ebadf, command::obj_pin};
        return sys::pin(fd_ref<kind::program>{*made_->fd}, path);
    }

  private:
    plan const* of_;
    program_settings* how_;
    loaded_program const* made_;
    std::uint32_t number_;
};

} // namespace bpfxx::object
