#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/core/candidate.hpp>
#include <bpfxx/core/essential_name.hpp>
#include <bpfxx/core/target.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/kernel_blobs.hpp>
#include <bpfxx/object/kernel_names.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/module_types.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace bpfxx::object::detail {

/// The bytes that an object of a type takes, by its own types or by a kernel's; nothing where it has no size.
template <class Types>
[[nodiscard]] std::optional<std::uint64_t> bytes_of_type(Types& types, btf::type_id id) noexcept {
    std::uint64_t count = 1;
    for (std::uint32_t step = 0; step != btf::chain_limit; ++step) {
        btf::type const type = types.type(id);
        if (auto const array = type.array()) {
            if (array->count > 0xffff'ffff / count) return std::nullopt;
            count *= array->count;
            id = array->element;
            if (count == 0) return 0;
        } else if (type.is_alias()) {
            id = type.referenced();
        } else if (type.kind() == btf::kind::ptr) {
            return count * btf::pointer_size;
        } else {
            return type.size() == 0 ? std::nullopt : std::optional{count * type.size()};
        }
    }
    return std::nullopt;
}

/// Makes the object's structs of functions those of the kernel: members are found by name, whatever their places.
class struct_ops_loader {
  public:
    struct_ops_loader(load_state& state, kernel_blob& kernel) noexcept : state_{state}, kernel_{kernel} {}
    struct_ops_loader(struct_ops_loader const&) = delete;
    struct_ops_loader& operator=(struct_ops_loader const&) = delete;

    /// What a map of such a struct is created with, and what it is to start with, as far as it is no program.
    bool prepare(std::uint32_t number, map_spec& spec, loaded_map& made) noexcept {
        if (!find(number)) return false;
        btf::type const wrapper = types().type(wrapper_);
        spec.value_size = wrapper.size();
        spec.btf_vmlinux_value_type_id = btf::number(wrapper_);
        spec.value_type_btf_obj = module_fd();
        spec.btf = {};
        if (state_.types) spec.btf.fd = *state_.types;
        auto const bytes = made.value_memory.want<std::byte>(wrapper.size());
        if (!made.value_memory.allocate()) return state_.fail_for_memory();
        made.value = made.value_memory.span(bytes);
        return copy_members(number, made.value);
    }

    /// What a program for a member is loaded for: the struct, the number of the member, and the module where it is one's.
    bool find_member(std::uint32_t program, btf::type_id& type, attach_type& member,
                     optional_fd_ref<kind::btf>& in) noexcept {
        auto const& name = state_.what.programs[program].name;
        auto const* const value = value_for(program);
        // Programs that no struct names are loaded for none, and the kernel says what it thinks of that.
        if (value == nullptr) return true;
        if (!find(value->map)) return false;
        auto const found = member_at(value->map, value->slot);
        if (!found) return state_.fail(step::find_target, name, error{errc::type_not_found, command::search});
        type = struct_;
        member = static_cast<attach_type>(found->index);
        in = module_fd();
        return true;
    }

    /// Puts the programs into the structs, once these are there.
    bool store_programs() noexcept {
        for (initial_value const& value : state_.what.values) {
            if (state_.what.maps[value.map].origin != map_origin::struct_ops) continue;
            loaded_map& made = state_.into.maps[value.map];
            if (made.value.empty()) continue;
            if (!find(value.map)) return false;
            auto const found = member_at(value.map, value.slot);
            auto const number = state_.program_at(value.target, value.instruction);
            if (!found || !number || !state_.into.programs[*number].fd) continue;
            auto const fd = static_cast<std::uint64_t>(state_.into.programs[*number].fd->raw());
            if (made.value.size() < data_ + found->offset + sizeof fd) continue;
            std::memcpy(made.value.data() + data_ + found->offset, &fd, sizeof fd);
        }
        return true;
    }

  private:
    struct kernel_member {
        std::uint32_t index = 0;
        std::uint32_t offset = 0;
        btf::type_id type{};
    };

    bool open_kernel() noexcept {
        if (target_.type_count() != 0) return true;
        auto const blob = kernel_.view();
        if (!blob) return state_.fail(step::open_kernel_types, {}, blob.error());
        auto const opened = core::target::open(*blob);
        if (!opened) return state_.fail(step::open_kernel_types, {}, malformed{opened.error()});
        target_ = *opened;
        return index(target_, checkpoints_);
    }

    bool find(std::uint32_t number) noexcept {
        if (found_ == number) return true;
        map_definition const& map = state_.what.maps[number];
        if (!open_kernel()) return false;
        auto const local = state_.what.types->type(map.value_type);
        auto const name = core::essential_name(local.name());
        std::array wanted{wanted_type{btf::kind::struct_, "", name, {}},
                          wanted_type{btf::kind::struct_, "bpf_struct_ops_", name, {}}};
        auto const blob = kernel_.view();
        if (!blob) return state_.fail(step::open_kernel_types, map.name, blob.error());
        auto const walked = find_types(*blob, bpfxx::detail::slice_of(wanted));
        if (!walked) return state_.fail(step::open_kernel_types, map.name, malformed{walked.error()});
        found_ = none;
        module_.reset();
        if (wanted[1].found == btf::void_id && !find_in_modules(wanted, *walked)) return false;
        if (wanted[0].found == btf::void_id || wanted[1].found == btf::void_id)
            return state_.fail(step::create_map, map.name, error{errc::type_not_found, command::search});
        struct_ = wanted[0].found;
        wrapper_ = wanted[1].found;
        auto const data = member_named(wrapper_, "data");
        auto const size = data ? bytes_of_type(types(), data->type) : std::nullopt;
        if (!size || *size + data->offset > types().type(wrapper_).size())
            return state_.fail(step::create_map, map.name, error{errc::type_not_found, command::search});
        data_ = data->offset;
        found_ = number;
        return true;
    }

    /// False where a module has it whose types are malformed.
    bool find_in_modules(std::array<wanted_type, 2>& wanted, blob_end kernel_end) noexcept {
        module_ = object::find_in_modules(wanted, kernel_end);
        if (!module_) return true;
        auto const opened = core::target::open(kernel_blob::text_of(module_->bytes), target_);
        if (!opened) return state_.fail(step::open_kernel_types, {}, malformed{opened.error()});
        module_target_ = *opened;
        return index(module_target_, bpfxx::detail::slice_of(module_checkpoints_).span());
    }

    bool index(core::target& of, std::span<std::uint32_t> checkpoints) noexcept {
        core::candidates nothing{{}, {}};
        nothing.ready();
        auto const problem = of.index(checkpoints, nothing);
        return problem.why == core::reason::none || state_.fail(step::open_kernel_types, {}, malformed{problem.target});
    }

    /// The types among which the struct is that was looked for last, and whose they are where they are no kernel's.
    [[nodiscard]] core::target& types() noexcept { return module_ ? module_target_ : target_; }
    [[nodiscard]] optional_fd_ref<kind::btf> module_fd() const noexcept {
        return module_ ? optional_fd_ref<kind::btf>{module_->fd} : optional_fd_ref<kind::btf>{};
    }

    [[nodiscard]] std::optional<kernel_member> member_named(btf::type_id in, std::string_view name) noexcept {
        std::uint32_t index = 0;
        for (btf::member const member : types().type(in).members()) {
            if (member.has_name(name)) return kernel_member{index, member.bit_offset() / 8, member.type()};
            ++index;
        }
        return std::nullopt;
    }

    /// The kernel's member that the object's has the name of.
    [[nodiscard]] std::optional<kernel_member> member_at(std::uint32_t number, std::uint32_t byte) noexcept {
        auto const local = state_.what.types->type(state_.what.maps[number].value_type);
        for (btf::member const member : local.members())
            if (member.bit_offset() == byte * std::uint64_t{8}) return member_named(struct_, member.name());
        return std::nullopt;
    }

    [[nodiscard]] initial_value const* value_for(std::uint32_t program) const noexcept {
        planned_program const& one = state_.what.programs[program];
        for (initial_value const& value : state_.what.values) {
            bool const is_struct = state_.what.maps[value.map].origin == map_origin::struct_ops;
            if (is_struct && state_.is_wanted(value.map) && value.target == one.section_number &&
                value.instruction == one.first_instruction)
                return &value;
        }
        return nullptr;
    }

    [[nodiscard]] bool is_program(std::uint32_t number, std::uint32_t byte) const noexcept {
        for (initial_value const& value : state_.what.values)
            if (value.map == number && value.slot == byte) return true;
        return false;
    }

    bool copy_members(std::uint32_t number, std::span<std::byte> to) noexcept {
        map_definition const& map = state_.what.maps[number];
        auto const& local = *state_.what.types;
        auto const& how = state_.how.map(number);
        auto const from = how.contents.empty()
                              ? std::span{reinterpret_cast<std::byte const*>(map.contents.data()), map.contents.size()}
                              : how.contents;
        std::uint32_t const room = types().type(struct_).size();
        for (btf::member const member : local.type(map.value_type).members()) {
            std::uint32_t const at = member.bit_offset() / 8;
            if (is_program(number, at)) {
                if (!member_at(number, at)) return fail_at(map, member.name());
                continue;
            }
            auto const size = bytes_of_type(local, member.type());
            if (!size || *size > from.size() || at > from.size() - *size) continue;
            bool zero = true;
            for (std::byte const one : from.subspan(at, *size)) zero = zero && one == std::byte{};
            if (zero) continue;
            auto const found = member_named(struct_, member.name());
            auto const expected = found ? bytes_of_type(types(), found->type) : std::nullopt;
            // Bits cannot be told apart, and neither side's size may differ.
            bool const fits = expected && *expected == *size && member.bitfield_width() == 0 &&
                              found->offset + *size <= room && data_ + found->offset + *size <= to.size();
            if (!fits) return fail_at(map, member.name());
            std::memcpy(to.data() + data_ + found->offset, from.data() + at, *size);
        }
        return true;
    }

    bool fail_at(map_definition const& map, std::string_view member) noexcept {
        static_cast<void>(state_.fail(step::create_map, map.name, malformed{reason::struct_ops_member, map.section}));
        state_.problem.name << "." << member;
        return false;
    }

    static constexpr std::uint32_t none = 0xffff'ffff;

    load_state& state_;
    kernel_blob& kernel_;
    core::target target_{};
    std::array<std::uint32_t, 1024> checkpoints_{};
    std::optional<module_types> module_{};
    core::target module_target_{};
    std::array<std::uint32_t, 64> module_checkpoints_{};
    std::uint32_t found_ = none;
    btf::type_id struct_{};
    btf::type_id wrapper_{};
    std::uint32_t data_ = 0;
};

} // namespace bpfxx::object::detail
