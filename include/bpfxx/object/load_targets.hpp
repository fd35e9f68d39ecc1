#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/object/kernel_blobs.hpp>
#include <bpfxx/object/kernel_names.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/module_types.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/room.hpp>
#include <bpfxx/object/section_target.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/info/program.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace bpfxx::object::detail {

/// What a program is loaded for: a type, and whose.
struct program_target {
    btf::type_id type{};
    /// Of a module, found for this program.
    std::optional<owned_fd<kind::btf>> module{};
};

/// Finds what programs are for in the kernel's BTF, for several programs with one walk.
class target_finder {
  public:
    target_finder(load_state& state, kernel_blob& kernel) noexcept : state_{state}, kernel_{kernel} {}

    /// Whether a program of this type and attach type is loaded for a type.
    bool find(std::uint32_t number, attach_type attach, program_target& into) noexcept {
        auto const& how = state_.how.program(number);
        planned_program const& program = state_.what.programs[number];
        auto const name = name_of(number);
        if (!name) return state_.fail(step::find_target, program.name, name.error());
        if (how.target_program) return find_in_program(number, name->name, into);
        if (name->module.empty() || name->module == "vmlinux") {
            if (!find_in_kernel(number, attach, into.type)) return false;
            if (into.type != btf::void_id) return true;
        }
        wanted_type const wanted = wanted_for(*name, attach);
        if (find_in_modules(wanted, name->module, into)) return true;
        return state_.fail(step::find_target, program.name, error{errc::type_not_found, command::search});
    }

  private:
    static constexpr std::size_t at_once = 16;

    [[nodiscard]] parsed<named_type> name_of(std::uint32_t number) const noexcept {
        auto const& how = state_.how.program(number);
        if (!how.target.empty()) {
            auto const colon = how.target.find(':');
            if (colon == std::string_view::npos) return named_type{{}, how.target};
            return named_type{how.target.substr(0, colon), how.target.substr(colon + 1)};
        }
        auto const& section = state_.what.programs[number].section;
        if (!section) return malformed{reason::section_name_unknown};
        return type_of(*section);
    }

    [[nodiscard]] static wanted_type wanted_for(named_type const& name, attach_type attach) noexcept {
        switch (attach) {
        case attach_type::trace_raw_tp: return {btf::kind::typedef_, "btf_trace_", name.name, {}};
        case attach_type::lsm_mac:
        case attach_type::lsm_cgroup: return {btf::kind::func, "bpf_lsm_", name.name, {}};
        case attach_type::trace_iter: return {btf::kind::func, "bpf_iter_", name.name, {}};
        default: return {btf::kind::func, "", name.name, {}};
        }
    }

    [[nodiscard]] attach_type attach_of(std::uint32_t number) const noexcept {
        auto const& section = state_.what.programs[number].section;
        return state_.how.program(number).attach_type.value_or(section ? section->attach_type : attach_type{});
    }

    /// Looks for this program's and for those of the next ones.
    bool find_in_kernel(std::uint32_t number, attach_type attach, btf::type_id& into) noexcept {
        for (std::size_t at = 0; at != count_; ++at)
            if (numbers_[at] == number) {
                into = found_[at].found;
                return true;
            }
        count_ = 0;
        note(number, attach);
        for (std::uint32_t next = number + 1; next < state_.what.programs.size() && count_ != at_once; ++next) {
            auto const& section = state_.what.programs[next].section;
            auto const& how = state_.how.program(next);
            bool const alike = section && parts::needs_target(section->type) && !how.target_program;
            if (alike && state_.is_wanted_program(next)) note(next, attach_of(next));
        }
        auto const blob = kernel_.view();
        if (!blob) return state_.fail(step::open_kernel_types, state_.what.programs[number].name, blob.error());
        auto const walked = find_types(*blob, bpfxx::detail::slice_of(found_, count_));
        if (!walked) return state_.fail(step::open_kernel_types, {}, malformed{walked.error()});
        kernel_end_ = *walked;
        into = found_[0].found;
        return true;
    }

    void note(std::uint32_t number, attach_type attach) noexcept {
        auto const name = name_of(number);
        if (!name) return;
        numbers_[count_] = number;
        found_[count_++] = wanted_for(*name, attach);
    }

    bool find_in_modules(wanted_type wanted, std::string_view module, program_target& into) noexcept {
        if (kernel_end_.types == 0) {
            auto const blob = kernel_.view();
            if (!blob) return false;
            auto const walked = find_types(*blob, {});
            if (!walked) return false;
            kernel_end_ = *walked;
        }
        std::array wanted_here{wanted};
        auto found = object::find_in_modules(wanted_here, kernel_end_, module);
        if (!found) return false;
        into.type = wanted_here[0].found;
        into.module = std::move(found->fd);
        return true;
    }

    /// A function of another program, in that one's BTF.
    bool find_in_program(std::uint32_t number, std::string_view function, program_target& into) noexcept {
        auto const& name = state_.what.programs[number].name;
        auto const target = fd_ref<kind::program>::from_raw(state_.how.program(number).target_program.raw());
        auto const about = sys::get_info<sys::info::program>(target);
        if (!about) return state_.fail(step::find_target, name, about.error());
        auto const types = sys::call(sys::attr::btf_get_fd_by_id{(*about)->btf_id});
        if (!types) return state_.fail(step::find_target, name, types.error());
        auto const size = sys::get_info<sys::info::btf>(types->borrow());
        if (!size) return state_.fail(step::find_target, name, size.error());
        room memory;
        auto const blob = memory.want<std::byte>((*size)->btf_size);
        if (!memory.allocate()) return state_.fail_for_memory();
        auto const bytes = memory.span(blob);
        auto const filled = sys::get_info<sys::info::btf>(
            types->borrow(), {.bytes = bytes.data(), .btf_size = static_cast<std::uint32_t>(bytes.size())});
        if (!filled) return state_.fail(step::find_target, name, filled.error());
        wanted_type wanted{btf::kind::func, "", function, {}};
        auto const walked = find_types({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, {&wanted, 1});
        if (!walked) return state_.fail(step::find_target, name, malformed{walked.error()});
        if (wanted.found == btf::void_id)
            return state_.fail(step::find_target, name, error{errc::type_not_found, command::search});
        into.type = wanted.found;
        return true;
    }

    load_state& state_;
    kernel_blob& kernel_;
    blob_end kernel_end_{};
    std::array<std::uint32_t, at_once> numbers_{};
    std::array<wanted_type, at_once> found_{};
    std::size_t count_ = 0;
};

} // namespace bpfxx::object::detail
