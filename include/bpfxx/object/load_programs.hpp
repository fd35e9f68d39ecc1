#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/core/patch.hpp>
#include <bpfxx/core/unresolved.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/object/extern_patches.hpp>
#include <bpfxx/object/kernel_blobs.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/load_struct_ops.hpp>
#include <bpfxx/object/load_targets.hpp>
#include <bpfxx/object/map_places.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/relocation_text.hpp>
#include <bpfxx/object/room.hpp>
#include <bpfxx/object/workspace.hpp>
#include <bpfxx/program/load.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/spec/program.hpp>
#include <bpfxx/sys/attr/program.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace bpfxx::object::detail {

/// The number of a helper that no kernel has, and its successors: what loads of maps become that were not created, by
/// the number of the map, as in the reference loader.
inline constexpr std::int32_t absent_map = 2'001'000'000;

/// The number of the map that an instruction names.
[[nodiscard]] constexpr std::optional<std::uint32_t> map_named_by(insn::instruction const& slot) noexcept {
    if (slot.code != insn::wide_opcode) return std::nullopt;
    auto const kind = static_cast<insn::pseudo_load>(slot.src());
    if (kind != insn::pseudo_load::map_idx && kind != insn::pseudo_load::map_idx_value) return std::nullopt;
    return static_cast<std::uint32_t>(slot.imm);
}

/// Which absent map the verifier ran into, as the end of its log says.
[[nodiscard]] inline std::optional<std::uint32_t> absent_map_in(std::string_view log) noexcept {
    constexpr std::string_view before = "invalid func unknown#";
    std::size_t const at = log.rfind(before);
    if (at == std::string_view::npos) return std::nullopt;
    log.remove_prefix(at + before.size());
    std::int32_t number = 0;
    auto const read = std::from_chars(log.data(), log.data() + log.size(), number);
    if (read.ec != std::errc{} || number < absent_map || number >= absent_function) return std::nullopt;
    return static_cast<std::uint32_t>(number - absent_map);
}

/// Whether the verifier ran into the load of a jump table, as the end of its log says.
[[nodiscard]] inline bool ran_into_jump_table(std::string_view log) noexcept {
    constexpr std::string_view words = "invalid func unknown#2003000000";
    static_assert(unmade_jump_table == 2'003'000'000);
    return log.find(words) != std::string_view::npos;
}

/// Loads the programs of an object.
template <parts Has>
class program_loader {
  public:
    program_loader(load_state& state, workspace<Has>& memory, target_finder& targets, struct_ops_loader& structs,
                   rare_steps<Has> const& rare) noexcept
        : state_{state}, memory_{memory}, targets_{targets}, structs_{structs}, rare_{rare} {}

    /// Whether a program's instructions have to be changed, besides for what CO-RE and externs ask.
    [[nodiscard]] static bool names_absent_map(load_state const& state, planned_program const& program) noexcept {
        bool absent = false;
        for (std::uint32_t number = 0; number != state.what.maps.size(); ++number)
            absent = absent || (!state.is_wanted(number) && !state.how.map(number).instead);
        if (!absent) return false;
        for (insn::instruction const& slot : program.code.instructions) {
            auto const map = map_named_by(slot);
            if (map && *map < state.what.maps.size() && !state.is_wanted(*map)) return true;
        }
        return false;
    }
    [[nodiscard]] static bool is_changed(load_state const& state, planned_program const& program,
                                         rare_steps<Has> const& rare) noexcept {
        if constexpr (Has.relocations)
            if (!program.code.core_relocations.empty()) return true;
        if constexpr (Has.externs)
            if (uses_externs(program.code.patches)) return true;
        if constexpr (Has.absent_maps)
            return names_absent_map(state, program);
        else
            return rare.names_absent_map != nullptr && rare.names_absent_map(state, program);
    }

    [[gnu::cold]] bool load() noexcept {
        if (!copy_license() || !list_descriptors()) return false;
        for (std::uint32_t number = 0; number != state_.what.programs.size(); ++number)
            if (state_.is_wanted_program(number) && !load(number)) return false;
        return true;
    }

  private:
    friend rare_steps<Has>;

    bool copy_license() noexcept {
        if (state_.what.license.size() >= license_.size())
            return state_.fail(step::read_object, "license", error{errc::einval, command::prog_load});
        state_.what.license.copy(license_.data(), license_.size() - 1);
        return true;
    }

    bool list_descriptors() noexcept {
        std::size_t const maps = state_.what.maps.size();
        std::size_t const modules = memory_.used_modules();
        std::size_t const count = modules == 0 ? maps : memory_.first_module() + modules;
        descriptors_ = bpfxx::detail::slice_of(few_, count < few_.size() ? count : few_.size()).span();
        if constexpr (Has.many_maps || Has.externs)
            if (!memory_.descriptors().empty()) descriptors_ = memory_.descriptors().first(count);
        for (std::size_t at = 0; at != maps; ++at) descriptors_[at] = state_.into.maps[at].map().raw();
        return true;
    }

    [[gnu::cold]] bool load(std::uint32_t number) noexcept {
        planned_program const& program = state_.what.programs[number];
        auto const& how = state_.how.program(number);
        program_options options{.insns = program.code.instructions.span(), .license = license_.data()};
        if (!program.section && !how.type)
            return state_.fail(step::find_target, program.name, only<reason::section_name_unknown>());
        auto const type = how.type.value_or(program.section ? program.section->type : program_type{});
        auto const attach = how.attach_type.value_or(
            program.section ? program.section->expected_attach_type().value_or(attach_type{}) : attach_type{});
        options.name = cut_name(program.name, {});
        options.flags = how.flags.value_or(program.section ? program.section->flags : program_flags{});
        options.expected_attach_type = attach;
        options.token = state_.how.token;
        options.fd_array = descriptors_;
        if (state_.types) {
            options.btf = *state_.types;
            options.func_info = program.code.func_infos.span();
            options.line_info = program.code.line_infos.span();
        }
        program_target target;
        if constexpr (Has.targets) {
            if (parts::needs_target(type)) {
                if (!targets_.find(number, attach, target)) return false;
                options.attach_btf_id = target.type;
                if (target.module) options.attach_target = *target.module;
                if (how.target_program)
                    options.attach_target = fd_ref<kind::program>::from_raw(how.target_program.raw());
            }
        }
        if constexpr (Has.structs) {
            btf::type_id member{};
            if (type == program_type::struct_ops) {
                optional_fd_ref<kind::btf> module{};
                if (!structs_.find_member(number, member, options.expected_attach_type, module)) return false;
                options.attach_btf_id = member;
                if (module) options.attach_target = fd_ref<kind::btf>::from_raw(module.raw());
            }
        }
        if (is_changed(state_, program, rare_)) {
            if constexpr (Has.takes_memory()) {
                if (!change(program)) return false;
            } else if (!rare_.change(*this, program)) {
                return false;
            }
            options.insns =
                slice<insn::instruction const>{memory_.instructions()}.first(program.code.instructions.size());
        }
        return give_to_kernel(number, type, options);
    }

    bool change(planned_program const& program) noexcept {
        auto const code = memory_.instructions().first(program.code.instructions.size());
        std::memcpy(code.data(), program.code.instructions.data(), code.size_bytes());
        if constexpr (Has.externs) {
            auto const problem =
                patch_externs(code, program.code.patches, state_.what.externs, memory_.externs(), places());
            if (problem.why != reason::none) return state_.fail(step::resolve_extern, problem.name, problem);
        }
        if constexpr (Has.relocations)
            if (!relocate(program, code)) return false;
        leave_out_absent_maps(code);
        return true;
    }

    bool relocate(planned_program const& program, slice<insn::instruction> code) noexcept {
        if (program.code.core_relocations.empty()) return true;
        auto const relocated = core::relocate(memory_.resolver(), code, program.code.core_relocations);
        if (relocated.why == core::reason::none) return true;
        static_cast<void>(memory_.fail(relocated));
        state_.problem.name << program.name;
        if (relocated.relocation < program.code.core_relocations.size())
            state_.problem.unresolved =
                describe(*state_.what.types, program.code.core_relocations[relocated.relocation]);
        return false;
    }

    [[nodiscard]] extern_places places() const noexcept {
        auto const maps = static_cast<std::uint32_t>(state_.what.maps.size());
        extern_places made{.first_module = memory_.first_module()};
        if (memory_.used_modules() != 0) made.modules = descriptors_.subspan(made.first_module);
        for (std::uint32_t number = 0; number != maps; ++number)
            if (state_.what.maps[number].origin == map_origin::kconfig) made.kconfig_map = number;
        return made;
    }

    void leave_out_absent_maps(slice<insn::instruction> code) const noexcept {
        constexpr std::uint8_t call =
            insn::opcode(insn::opcode_class::jmp, insn::jump_op::call, insn::operand_source::k);
        for (std::size_t at = 0; at + 1 < code.size(); ++at) {
            auto const map = map_named_by(code[at]);
            if (!map || *map >= state_.into.maps.size() || state_.into.maps[*map].fd) continue;
            code[at] = code[at + 1] = {call, 0, 0, absent_map + static_cast<std::int32_t>(*map)};
        }
    }

    [[gnu::cold]] bool give_to_kernel(std::uint32_t number, program_type type,
                                      program_options const& options) noexcept {
        auto attribute = bpfxx::detail::load_attribute(type, options);
        attribute.kern_version = state_.what.version;
        // Without a buffer of the caller's, enough of the log to tell what was lacking.
        std::array<char, 2048> own;
        auto const log = state_.how.log.empty() ? std::span<char>{own} : state_.how.log;
        constexpr int attempts = 5;
        if (array_is_unknown_ && !name_by_descriptors(attribute, options.insns.view())) return false;
        for (int attempt = 1;; ++attempt) {
            auto loaded = bpfxx::detail::load_logged_on_failure(attribute, log);
            // Linux before 5.14 knows no array of descriptors.
            bool const is_too_new = !loaded && loaded.error().failure.code == errc::e2big && !descriptors_.empty() &&
                                    memory_.used_modules() == 0;
            if (is_too_new && !std::exchange(array_is_unknown_, true)) {
                if (!name_by_descriptors(attribute, options.insns.view())) return false;
                continue;
            }
            if (loaded) {
                state_.into.programs[number].fd = *std::move(loaded);
                return true;
            }
            if (loaded.error().failure.code == errc::eagain && attempt != attempts) continue;
            return refused(number, loaded.error());
        }
    }

    /// Maps by their descriptors in a copy of the instructions, not by their places in an array of these.
    [[gnu::cold]] bool name_by_descriptors(sys::attr::prog_load& attribute,
                                           slice<insn::instruction const> code) noexcept {
        room memory;
        auto const wanted = memory.want<insn::instruction>(code.size());
        if (!memory.allocate()) return state_.fail_for_memory();
        auto const copy = memory.span(wanted);
        std::memcpy(copy.data(), code.data(), code.size_bytes());
        for (insn::instruction& slot : copy) {
            auto const map = map_named_by(slot);
            if (!map || *map >= descriptors_.size()) continue;
            bool const is_whole = static_cast<insn::pseudo_load>(slot.src()) == insn::pseudo_load::map_idx;
            auto const kind = is_whole ? insn::pseudo_load::map_fd : insn::pseudo_load::map_value;
            slot.registers = insn::instruction::pack(slot.dst(), static_cast<std::uint8_t>(kind));
            slot.imm = descriptors_[*map];
        }
        attribute.insns = copy.data();
        attribute.fd_array = {};
        named_by_descriptors_ = std::move(memory);
        return true;
    }

    [[gnu::cold]] bool refused(std::uint32_t number, load_error const& why) noexcept {
        planned_program const& program = state_.what.programs[number];
        static_cast<void>(state_.fail(step::load_program, program.name, why.failure));
        auto& problem = state_.problem;
        if (!state_.how.log.empty()) problem.log = why.log;
        if constexpr (Has.relocations) {
            auto const relocation = core::unresolved_relocation(why.log);
            if (relocation && *relocation < program.code.core_relocations.size())
                problem.unresolved = describe(*state_.what.types, program.code.core_relocations[*relocation]);
        }
        if constexpr (Has.externs) {
            auto const function = called_absent_function(why.log);
            if (function && *function < state_.what.externs.size())
                problem.unresolved << "function " << state_.what.externs[*function].name;
        }
        if constexpr (Has.jump_tables)
            if (ran_into_jump_table(why.log)) problem.unresolved << "jump table";
        if constexpr (Has.absent_maps)
            name_absent_map(state_, why.log);
        else if (rare_.name_absent_map != nullptr)
            rare_.name_absent_map(state_, why.log);
        return false;
    }

    static void name_absent_map(load_state& state, std::string_view log) noexcept {
        auto const map = absent_map_in(log);
        if (map && *map < state.what.maps.size()) state.problem.unresolved << "map " << state.what.maps[*map].name;
    }

    load_state& state_;
    workspace<Has>& memory_;
    target_finder& targets_;
    struct_ops_loader& structs_;
    rare_steps<Has> const& rare_;
    std::array<char, 128> license_{};
    std::array<std::int32_t, parts::few_maps> few_{};
    std::span<std::int32_t> descriptors_{};
    bool array_is_unknown_ = false;
    room named_by_descriptors_{};
};

template <parts Has>
constexpr void rare_steps<Has>::leave_out_maps() noexcept {
    names_absent_map = &program_loader<Has>::names_absent_map;
    prepare = [](workspace<Has>& memory, workspace_needs const& needs) noexcept { return memory.prepare(needs); };
    name_absent_map = &program_loader<Has>::name_absent_map;
    change = [](program_loader<Has>& programs, planned_program const& program) noexcept {
        return programs.change(program);
    };
}

} // namespace bpfxx::object::detail
