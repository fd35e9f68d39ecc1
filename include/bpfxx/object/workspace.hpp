#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/core/candidate.hpp>
#include <bpfxx/core/malformed.hpp>
#include <bpfxx/core/resolve.hpp>
#include <bpfxx/core/target.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/extern_patches.hpp>
#include <bpfxx/object/externs.hpp>
#include <bpfxx/object/kernel_blobs.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/room.hpp>
#include <bpfxx/object/typed_externs.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace bpfxx::object::detail {

/// What loading an object needs memory for.
struct workspace_needs {
    /// CO-RE relocations of programs that are to be loaded, and the most instructions of one that has to be changed.
    std::size_t relocations = 0;
    std::size_t instructions = 0;
    std::size_t externs = 0;
    std::size_t options = 0;
    bool typed_externs = false;
    /// Maps and modules, where there may be too many for the stack.
    std::size_t descriptors = 0;

    [[nodiscard]] bool types() const noexcept { return relocations != 0 || typed_externs; }
};

/// A module whose types were searched: its bytes must stay.
struct searched_module {
    module_name name{};
    std::optional<sys::file_bytes> bytes{};
    /// Of a module that has an extern, with its number among those, from 1 on.
    std::optional<owned_fd<kind::btf>> fd{};
    std::uint32_t number = 0;
};

/// The memory that loading an object takes, in one allocation, and the kernel's types where these are asked for.
template <parts Has>
class workspace {
  public:
    workspace(load_state& state, kernel_blob& kernel) noexcept : state_{state}, kernel_{kernel} {}
    workspace(workspace const&) = delete;
    workspace& operator=(workspace const&) = delete;
    ~workspace() {
        if constexpr (Has.relocations || Has.externs) delete[] modules_;
    }

    bool prepare(workspace_needs const& needs) noexcept {
        std::size_t candidates = 0;
        if (looks_for_types(needs)) candidates = 2 * roots_of(needs) + 16;
        for (;;) {
            if (!allocate(needs, candidates)) return state_.fail_for_memory();
            if (!looks_for_types(needs)) return true;
            auto const problem = search(needs);
            if (problem.why == core::reason::too_few_candidates) {
                candidates = candidates_->candidate_count();
                continue;
            }
            if (problem.why != core::reason::none) return fail(problem);
            bool const is_whole = candidates_->has_all() || module_count_ != 0 || !state_.how.kernel_types.empty();
            if (is_whole || !open_modules()) return true;
        }
    }

    [[nodiscard]] core::candidates& candidates() noexcept { return *candidates_; }
    [[nodiscard]] slice<core::target> targets() const noexcept { return targets_; }
    [[nodiscard]] core::resolver& resolver() noexcept { return *resolver_; }
    [[nodiscard]] slice<insn::instruction> instructions() const noexcept { return instructions_; }
    [[nodiscard]] slice<resolved_extern> externs() const noexcept { return externs_; }
    [[nodiscard]] std::span<char> options() const noexcept { return options_; }
    [[nodiscard]] std::span<std::int32_t> descriptors() const noexcept { return descriptors_; }
    /// Where the descriptors of modules begin in the array of descriptors: behind the maps, and not at 0.
    [[nodiscard]] std::uint32_t first_module() const noexcept {
        return state_.what.maps.empty() ? 1 : static_cast<std::uint32_t>(state_.what.maps.size());
    }
    /// How many there are.
    [[nodiscard]] std::uint32_t used_modules() const noexcept { return used_modules_; }

    /// Opens the modules that externs were found in; what was found is then in the first, the second … of these.
    bool open_used_modules() noexcept {
        for (resolved_extern& one : externs_) {
            if (one.how != extern_answer::type || one.source == 0) continue;
            searched_module& module = modules_[one.source - 1];
            if (!module.fd) {
                std::string_view const name{module.name.data()};
                auto opened = open_module(name);
                if (!opened) return state_.fail(step::resolve_extern, name, opened.error());
                if (!has_stayed(module))
                    return state_.fail(step::resolve_extern, name, error{errc::estale, command::read_file});
                module.fd = *std::move(opened);
                descriptors_[first_module() + used_modules_] = module.fd->raw();
                module.number = ++used_modules_;
            }
            one.source = module.number;
        }
        return true;
    }

    bool fail(core::malformed const& problem) noexcept {
        static_cast<void>(state_.fail(step::relocate, {}, error{errc::malformed_file, command::read_file}));
        state_.problem.relocation = problem;
        return false;
    }

  private:
    static constexpr std::size_t kernel_checkpoints = 4096;
    static constexpr std::size_t module_checkpoints = 256;

    [[nodiscard]] static bool looks_for_types(workspace_needs const& needs) noexcept {
        return (Has.relocations || Has.externs) && needs.types();
    }

    [[nodiscard]] std::size_t roots_of(workspace_needs const& needs) const noexcept {
        std::size_t const types = state_.what.types->view().index_size();
        std::size_t const wanted = needs.relocations + needs.externs;
        return wanted < types ? wanted : types;
    }

    bool allocate(workspace_needs const& needs, std::size_t candidates) noexcept {
        bool const types = looks_for_types(needs);
        room memory;
        auto const targets = memory.want<core::target>(types ? 1 + module_count_ : 0);
        auto const roots = memory.want<core::root>(types ? roots_of(needs) : 0);
        auto const found = memory.want<core::candidate>(candidates);
        auto const remembered = memory.want<core::remembered>(needs.relocations == 0 ? 0 : 64);
        auto const instructions = memory.want<insn::instruction>(needs.instructions);
        auto const externs = memory.want<resolved_extern>(needs.externs);
        auto const options = memory.want<char>(needs.options);
        auto const descriptors = memory.want<std::int32_t>(needs.descriptors);
        auto const checkpoints =
            memory.want<std::uint32_t>(types ? kernel_checkpoints + module_count_ * module_checkpoints : 0);
        if (!memory.allocate()) return false;
        resolver_.reset();
        candidates_.reset();
        memory_ = std::move(memory);
        targets_ = memory_.span(targets);
        roots_ = memory_.span(roots);
        found_ = memory_.span(found);
        remembered_ = memory_.span(remembered);
        instructions_ = memory_.span(instructions);
        externs_ = memory_.span(externs);
        options_ = memory_.span(options);
        descriptors_ = memory_.span(descriptors);
        checkpoints_ = memory_.span(checkpoints);
        return true;
    }

    core::malformed search(workspace_needs const& needs) noexcept {
        auto const& local = *state_.what.types;
        candidates_.emplace(roots_, found_);
        for (std::uint32_t number = 0; number != state_.what.programs.size(); ++number) {
            if (!state_.is_wanted_program(number)) continue;
            auto const problem = candidates_->add(local, state_.what.programs[number].code.core_relocations);
            if (problem.why != core::reason::none) return problem;
        }
        if (needs.typed_externs) {
            auto const problem = note_typed_externs(local, state_.what.externs, *candidates_);
            if (problem.why != core::reason::none) return problem;
        }
        candidates_->ready();
        auto const problem = index_kernel();
        if (problem.why != core::reason::none) return problem;
        resolver_.emplace(local, *candidates_, targets_, remembered_);
        return {};
    }

    /// Whether the types that were searched are those of the module that there is now.
    [[nodiscard]] static bool has_stayed(searched_module const& module) noexcept {
        auto const now = module_blob(module.name.data());
        return now && kernel_blob::text_of(*now) == kernel_blob::text_of(*module.bytes);
    }

    core::malformed index_kernel() noexcept {
        std::string_view blob = state_.how.kernel_types;
        if (blob.empty()) {
            auto const own = kernel_.view();
            if (own) blob = *own;
        }
        auto opened = core::target::open(blob);
        if (!opened) return {core::reason::target_malformed, core::no_relocation, {}, opened.error()};
        targets_[0] = *opened;
        core::malformed problem = targets_[0].index(checkpoints_.first(kernel_checkpoints), *candidates_);
        for (std::uint32_t number = 0; number != module_count_; ++number) {
            if (problem.why != core::reason::none) return problem;
            auto module = core::target::open(kernel_blob::text_of(*modules_[number].bytes), targets_[0]);
            if (!module) return {core::reason::target_malformed, core::no_relocation, {}, module.error()};
            targets_[number + 1] = *module;
            auto const room =
                checkpoints_.subspan(kernel_checkpoints + number * module_checkpoints, module_checkpoints);
            problem = targets_[number + 1].index(room, *candidates_, number + 1);
        }
        return problem;
    }

    /// Reads the BTF of all modules; false where there are none.
    bool open_modules() noexcept {
        std::size_t count = 0;
        auto const counted = each_module([&](std::string_view) {
            ++count;
            return true;
        });
        if (!counted || count == 0) return false;
        modules_ = new (std::nothrow) searched_module[count]{};
        if (modules_ == nullptr) return false;
        auto const read = each_module([&](std::string_view name) {
            auto bytes = module_blob(name);
            if (!bytes || module_count_ == count) return true; // gone since, or come
            name.copy(modules_[module_count_].name.data(), modules_[module_count_].name.size() - 1);
            modules_[module_count_++].bytes = *std::move(bytes);
            return true;
        });
        return read && module_count_ != 0;
    }

    load_state& state_;
    kernel_blob& kernel_;
    room memory_{};
    slice<core::target> targets_{};
    slice<core::root> roots_{};
    slice<core::candidate> found_{};
    slice<core::remembered> remembered_{};
    slice<insn::instruction> instructions_{};
    slice<resolved_extern> externs_{};
    std::span<char> options_{};
    std::span<std::int32_t> descriptors_{};
    std::span<std::uint32_t> checkpoints_{};
    std::optional<core::candidates> candidates_{};
    std::optional<core::resolver> resolver_{};
    searched_module* modules_ = nullptr;
    std::uint32_t module_count_ = 0;
    std::uint32_t used_modules_ = 0;
};

} // namespace bpfxx::object::detail
