#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/file_bytes.hpp>
#include <bpfxx/sys/info/btf.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace bpfxx::btf {

namespace detail {

/// Whether a type's name is these two together.
[[nodiscard]] inline bool is_called(string_section const& strings, type which, std::string_view prefix,
                                    std::string_view name) noexcept {
    if (prefix.empty()) return which.has_name(name);
    std::string_view text = strings.tail(number(which.name_offset()));
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    // A zero byte inside `name` would let it match across two neighbouring strings.
    return text.starts_with(name) && text.substr(name.size()).starts_with('\0') &&
           name.find('\0') == std::string_view::npos;
}

} // namespace detail

/// Types of the running kernel by the names that programs are attached by: what `kernel_types` and `module_types` share.
/// An answer goes to `attach_btf_id` of the options that a program is loaded with. Where two types have the same kind
/// and name, it is the first.
/// Errors: of the questions: type_not_found
/// Costs: each question walks the types up to the match without a system call: measured 0.05 to 0.6 ms for the 127,000
/// types of a whole kernel. For several answers from one walk give `btf::find` the `types()` and several questions.
class types_by_name {
  public:
    /// A kernel function, for fentry, fexit and modify_return programs. Not all can be attached to: no inlined ones, and
    /// none that the kernel keeps for itself.
    /// UAPI: BTF_KIND_FUNC
    [[nodiscard]] result<type_id> function(std::string_view name) const noexcept { return find(kind::func, "", name); }

    /// A hook of the Linux security modules, such as "file_open", for LSM programs.
    /// UAPI: BTF_KIND_FUNC `bpf_lsm_…`
    /// Since: Linux 5.7
    [[nodiscard]] result<type_id> lsm_hook(std::string_view name) const noexcept {
        return find(kind::func, "bpf_lsm_", name);
    }

    /// A tracepoint without its group, such as "sched_switch", for btf_tracepoint programs.
    /// UAPI: BTF_KIND_TYPEDEF `btf_trace_…`
    /// Since: Linux 5.5
    [[nodiscard]] result<type_id> tracepoint(std::string_view name) const noexcept {
        return find(kind::typedef_, "btf_trace_", name);
    }

    /// What an iterator goes over, such as "task", for iter programs.
    /// UAPI: BTF_KIND_FUNC `bpf_iter_…`
    /// Since: Linux 5.8
    [[nodiscard]] result<type_id> iterator(std::string_view name) const noexcept {
        return find(kind::func, "bpf_iter_", name);
    }

    /// A struct of functions, such as "tcp_congestion_ops", for struct_ops programs; more of it is in btf/struct_ops.hpp.
    /// UAPI: BTF_KIND_STRUCT
    /// Since: Linux 5.6
    [[nodiscard]] result<type_id> struct_ops(std::string_view name) const noexcept {
        return find(kind::struct_, "", name);
    }

    /// All of them.
    [[nodiscard]] view const& types() const& noexcept { return view_; }
    view const& types() const&& = delete; // the view reads memory that goes at once: name the owner

  protected:
    types_by_name(sys::file_bytes bytes, view const& parsed) noexcept : bytes_{std::move(bytes)}, view_{parsed} {}
    types_by_name(types_by_name&&) noexcept = default;
    types_by_name& operator=(types_by_name&&) noexcept = default;
    ~types_by_name() = default;

    static result<view> read(sys::file_bytes const& bytes, view const& base) noexcept {
        auto const parsed = view::parse(bytes.view(), base);
        if (!parsed) return error{errc::malformed_file, command::read_file};
        return *parsed;
    }

  private:
    [[nodiscard]] result<type_id> find(kind wanted, std::string_view prefix, std::string_view name) const noexcept {
        for (type const candidate : view_.types()) {
            if (candidate.kind() != wanted || candidate.is_anonymous()) continue;
            if (detail::is_called(view_.strings(), candidate, prefix, name)) return candidate.id();
        }
        return error{errc::type_not_found, command::search};
    }

    sys::file_bytes bytes_;
    view view_;
};

/// The running kernel's own types, without those of its modules.
///
///     BOOST_OUTCOME_TRY(auto kernel, btf::kernel_types::open());
///     BOOST_OUTCOME_TRY(auto hook, kernel.lsm_hook("file_open"));
///     auto const program = lsm_mac_program::load({.insns = code, .license = "GPL", .attach_btf_id = hook});
///
/// Since: Linux 5.4
class [[nodiscard]] kernel_types : public types_by_name {
  public:
    /// Errors: ENOENT the kernel was built without CONFIG_DEBUG_INFO_BTF; malformed_file
    /// Costs: four system calls and one pass over the types, measured 1.4 ms; no allocation and no copy. Before Linux 6.16
    /// the 5 MB are read into memory of its own, a page with each call
    [[nodiscard]] static result<kernel_types> open(char const* path = "/sys/kernel/btf/vmlinux") noexcept {
        auto bytes = sys::file_bytes::open(path);
        if (!bytes) return bytes.error();
        auto const parsed = read(*bytes, view{});
        if (!parsed) return parsed.error();
        return kernel_types{*std::move(bytes), *parsed};
    }

  private:
    using types_by_name::types_by_name;
};

/// A kernel module's types, whose ids go on where the kernel's end. Programs that are attached to them name both: the id,
/// and `fd()` as `attach_target`.
///
///     BOOST_OUTCOME_TRY(auto veth, btf::module_types::open("veth", kernel));
///     BOOST_OUTCOME_TRY(auto function, veth.function("veth_xmit"));
///     auto const program = fentry_program::load(
///         {.insns = code, .license = "GPL", .attach_btf_id = function, .attach_target = veth.fd()});
///
/// Since: Linux 5.11
class [[nodiscard]] module_types : public types_by_name {
  public:
    /// Looks for a loaded module's types. `base` has to outlive them.
    /// UAPI: BPF_BTF_GET_NEXT_ID, BPF_BTF_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD
    /// Errors: ENOENT of BPF_BTF_GET_NEXT_ID no such module is loaded, or it has no BTF; EPERM CAP_SYS_ADMIN is missing;
    /// malformed_file
    /// Costs: four system calls for each BTF object up to the module's, and those of reading its types; no allocation
    /// Races: when the module is taken out meanwhile and put in again, loading a program fails with ENXIO
    [[nodiscard]] static result<module_types> open(std::string_view name, kernel_types const& base) noexcept {
        auto found = descriptor(name);
        if (!found) return found.error();
        // The descriptor comes first: newer types with an older descriptor are refused by the kernel, the other way round
        // they would be taken for something else.
        path_buffer path{};
        path_of(name, path);
        auto bytes = sys::file_bytes::open(path);
        if (!bytes) return bytes.error();
        auto const parsed = read(*bytes, base.types());
        if (!parsed) return parsed.error();
        return module_types{*std::move(found), *std::move(bytes), *parsed};
    }
    static result<module_types> open(std::string_view, kernel_types const&&) = delete; // the base goes at once: name it

    /// The module's BTF, for `attach_target`.
    [[nodiscard]] fd_ref<bpfxx::kind::btf> fd() const& noexcept { return fd_.borrow(); }
    fd_ref<bpfxx::kind::btf> fd() const&& = delete; // this borrows from a temporary that closes at once: name the owner

  private:
    static constexpr std::string_view directory = "/sys/kernel/btf/";
    static constexpr std::size_t longest_name = 64; // the kernel's limit is the size of this less that of a long
    using path_buffer = char[directory.size() + longest_name];

    module_types(owned_fd<bpfxx::kind::btf> fd, sys::file_bytes bytes, view const& parsed) noexcept
        : types_by_name{std::move(bytes), parsed}, fd_{std::move(fd)} {}

    // The name is one that the kernel knows by now, and so it fits.
    static void path_of(std::string_view name, path_buffer& path) noexcept {
        auto const end = directory.copy(path, directory.size());
        name.copy(path + end, longest_name - 1);
    }

    static result<owned_fd<bpfxx::kind::btf>> descriptor(std::string_view name) noexcept {
        for (btf_id id{};;) {
            sys::attr::btf_get_next_id next{id};
            auto const answer = sys::call(next);
            if (!answer) return answer.error();
            id = *answer;
            auto opened = sys::call(sys::attr::btf_get_fd_by_id{id});
            if (!opened && opened.error().code == errc::enoent) continue; // gone since
            if (!opened) return opened.error();
            auto const same = is_of_module(opened->borrow(), name);
            if (!same) return same.error();
            if (*same) return opened;
        }
    }

    static result<bool> is_of_module(fd_ref<bpfxx::kind::btf> which, std::string_view name) noexcept {
        char told[longest_name]{};
        auto const info = sys::get_info<sys::info::btf>(which, {.name = told, .name_len = longest_name});
        if (!info) return info.error();
        return (*info)->kernel_btf != 0 && std::string_view{told} == name;
    }

    owned_fd<bpfxx::kind::btf> fd_;
};

} // namespace bpfxx::btf
