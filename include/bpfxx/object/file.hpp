#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/layout.hpp>
#include <bpfxx/btf/matching_layout.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/object/attach.hpp>
#include <bpfxx/object/attachment.hpp>
#include <bpfxx/object/file_map.hpp>
#include <bpfxx/object/file_program.hpp>
#include <bpfxx/object/find_variable.hpp>
#include <bpfxx/object/live.hpp>
#include <bpfxx/object/load.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/opened.hpp>
#include <bpfxx/object/register_struct.hpp>
#include <bpfxx/object/room.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx {

namespace object::detail {

/// Elements that are destroyed together; the list stays where it is.
template <class T>
class list_of {
  public:
    list_of() noexcept = default;
    list_of(list_of const&) = delete;
    list_of& operator=(list_of const&) = delete;
    ~list_of() { delete[] first_; }

    [[nodiscard]] bool allocate(std::size_t count) noexcept {
        first_ = new (std::nothrow) T[count]{};
        count_ = first_ == nullptr ? 0 : count;
        return first_ != nullptr;
    }
    [[nodiscard]] std::span<T> all() const noexcept { return {first_, count_}; }

  private:
    T* first_ = nullptr;
    std::size_t count_ = 0;
};

/// One element that stays where it is.
template <class T>
class owner {
  public:
    explicit owner(T* made) noexcept : made_{made} {}
    owner(owner&& other) noexcept : made_{std::exchange(other.made_, nullptr)} {}
    owner& operator=(owner&& other) noexcept {
        std::swap(made_, other.made_);
        return *this;
    }
    ~owner() { delete made_; }

    [[nodiscard]] explicit operator bool() const noexcept { return made_ != nullptr; }
    [[nodiscard]] T* operator->() const noexcept { return made_; }

  private:
    T* made_;
};

/// What a map is to begin with in the place of what the object says.
struct kept_bytes {
    room memory{};
    std::span<std::byte> bytes{};
};

/// What an open object consists of; it stays where it is.
struct file_state {
    std::optional<sys::file_bytes> file{};
    kept_text<64> name{};
    opened read{};
    list_of<map_settings> map_hows{};
    list_of<program_settings> program_hows{};
    list_of<kept_bytes> kept{};
    list_of<loaded_map> maps{};
    list_of<loaded_program> programs{};
    list_of<attachment> attachments{};
    list_of<registered_struct> structs{};
    std::optional<static_probe_specs> probe_specs{};

    [[nodiscard]] loading<void> open(std::span<std::byte const> bytes) noexcept {
        auto done = read.read(bytes, name);
        if (!done) return done;
        auto const& plan = read.plan();
        bool const made = map_hows.allocate(plan.maps.size()) && program_hows.allocate(plan.programs.size()) &&
                          maps.allocate(plan.maps.size()) && programs.allocate(plan.programs.size()) &&
                          attachments.allocate(plan.programs.size()) && structs.allocate(plan.maps.size()) &&
                          kept.allocate(plan.maps.size());
        if (made) return outcome::success();
        return object_error{.during = step::allocate, .failure = {errc::enomem, command::map_memory}};
    }
};

} // namespace object::detail

/// An object file that is known only at run time: `clang -target bpf` output with the conventions of libbpf.
///
///     auto object = object_file::open("minimal.bpf.o");
///     if (!object) return print(object.error().describe(text));
///     if (auto loaded = object->load({.log = log}); !loaded) return print(loaded.error().describe(text));
///     auto const attached = object->attach_all();
///
/// What it makes lives as long as it does: descriptors of its own are for what has to outlive it.
class [[nodiscard]] object_file {
  public:
    /// Reads a file. The object's name, which those of its data sections begin with, is the file's up to its first dot.
    /// Errors: `step::open_file` as `sys::file_bytes`; `step::read_object` with what is wrong and in which section
    /// Costs: four system calls, a few allocations
    /// Races: the file must not be cut short while it is open here
    [[nodiscard]] static object::loading<object_file> open(char const* path, std::string_view name = {}) noexcept {
        auto file = sys::file_bytes::open(path);
        if (!file) {
            object::object_error why{.during = object::step::open_file, .failure = file.error()};
            why.name << std::string_view{path};
            return why;
        }
        auto state = make(name.empty() ? object::name_of_file(path) : name);
        if (!state) return no_memory();
        state->file = *std::move(file);
        auto const bytes = state->file->view();
        return finish(std::move(state), bytes);
    }

    /// The same of bytes, which must outlive the object.
    [[nodiscard]] static object::loading<object_file> open(std::span<std::byte const> bytes,
                                                           std::string_view name = {}) noexcept {
        auto state = make(name);
        if (!state) return no_memory();
        return finish(std::move(state), bytes);
    }

    /// All that the object contains.
    [[nodiscard]] object::plan const& contents() const noexcept { return state_->read.plan(); }

    /// A map by its name: those of data sections are ".bss", ".rodata", ".data.mine".
    /// Errors: ENOENT there is none
    [[nodiscard]] result<object::file_map> map(std::string_view name) const noexcept {
        auto const number = contents().find_map(name);
        if (!number) return nothing();
        return map(*number);
    }
    /// A program by its function's name.
    /// Errors: ENOENT there is none
    [[nodiscard]] result<object::file_program> program(std::string_view name) const noexcept {
        auto const number = contents().find_program(name);
        if (!number) return nothing();
        return program(*number);
    }
    /// By their numbers, which are below `contents().maps.size()` and `contents().programs.size()`.
    [[nodiscard]] object::file_map map(std::uint32_t number) const noexcept {
        return {contents(), number, state_->map_hows.all()[number], state_->maps.all()[number]};
    }
    [[nodiscard]] object::file_program program(std::uint32_t number) const noexcept {
        return {contents(), number, state_->program_hows.all()[number], state_->programs.all()[number]};
    }

    /// A view of a map that was created: `map<hash_map<flow, stats>>("flows")`.
    /// Errors: ENOENT; those of `file_map::view`
    template <class View>
    [[nodiscard]] result_with<View, btf::layout_error> map(std::string_view name) const noexcept {
        auto const found = map(name);
        if (!found) return btf::layout_error{.failure = found.error()};
        return found->template view<View>();
    }

    /// What a global variable begins with, const ones too: the verifier knows their values. To be called before `load`.
    /// Errors: EBUSY it is loaded already; ENOENT no variable of that name; EACCES the kernel says what it is, or
    /// `settings::kernel_config`; value_size_differs, layout_differs; ENOMEM
    /// Costs: one allocation the first time for a section, no system call
    template <class T>
    [[nodiscard]] result_with<void, btf::layout_error> set(std::string_view name,
                                                           std::type_identity_t<T> const& value) noexcept {
        static_assert(std::is_trivially_copyable_v<T>, "a variable is bytes: give a value without a destructor");
        auto const found = find<T>(name);
        if (!found) return found.error();
        return store(*found, &value, sizeof value);
    }
    /// The same of an array of characters, with zeroes behind the text.
    /// Errors: ENAMETOOLONG the text is longer than the variable, which has to end with a zero
    [[nodiscard]] result_with<void, btf::layout_error> set(std::string_view name, std::string_view text) noexcept {
        auto const found = object::find_variable(contents(), name);
        if (!found) return failed(errc::enoent);
        if (!is_text(*found)) return failed(errc::layout_differs);
        if (text.size() >= found->size) return failed(errc::enametoolong);
        auto zeroes = *found;
        zeroes.offset += static_cast<std::uint32_t>(text.size());
        auto done = store(*found, text.data(), text.size());
        if (!done) return done;
        return store(zeroes, nullptr, found->size - text.size());
    }

    /// Gives the object to the kernel. `how` says what concerns all of it; what was set for single maps and programs stays.
    /// Errors: as `object::load`, which also says what it costs; EBUSY it is loaded already
    [[nodiscard]] object::loading<void> load(object::settings how = {}) noexcept {
        if (loaded_) return object::object_error{.failure = {errc::ebusy, command::prog_load}};
        how.maps = state_->map_hows.all();
        how.programs = state_->program_hows.all();
        auto done = object::load(contents(), how, {state_->maps.all(), state_->programs.all()});
        loaded_ = static_cast<bool>(done);
        return done;
    }

    /// A global variable where programs have it, once the object is loaded; `global<int const>` of a constant.
    /// Errors: ENOENT no variable of that name, or its section is not mapped; EACCES it is a constant; layout_differs
    /// Costs: no system call
    template <class T>
    [[nodiscard]] result_with<object::live<std::remove_const_t<T>, !std::is_const_v<T>>, btf::layout_error>
    global(std::string_view name) const noexcept {
        using live = object::live<std::remove_const_t<T>, !std::is_const_v<T>>;
        auto const found = find<T>(name);
        if (!found) return found.error();
        auto const& made = state_->maps.all()[found->map];
        if constexpr (std::is_const_v<T>) {
            auto const bytes = made.bytes();
            if (bytes.size() < found->offset + sizeof(T)) return failed(errc::enoent);
            return live{bytes.data() + found->offset};
        } else {
            if (made.constants) return failed(errc::eacces);
            if (!made.memory) return failed(errc::enoent);
            return live{made.memory->bytes().data() + found->offset};
        }
    }

    /// Attaches a program to what its section says; the caller keeps what comes of it.
    /// Errors: ENOENT no such program; EBADF it was not loaded; those of `object::attach`
    [[nodiscard]] object::attached attach(std::string_view name, object::attach_options options = {}) const noexcept {
        auto const number = contents().find_program(name);
        if (!number) return object::attach_error{.failure = {errc::enoent, command::search}, .hook = {}};
        return attach_number(*number, options);
    }

    /// Attaches all loaded programs whose sections say to what, and registers structs of functions, as long as the object
    /// lives or until `detach_all`. All or none: where one fails, those before it are detached again.
    /// Errors: `step::attach_program` with the program's name, `step::register_struct` with the map's
    [[nodiscard]] object::loading<void> attach_all() noexcept {
        auto done = attach_programs();
        if (done)
            done = object::detail::register_each(contents(), {state_->maps.all(), state_->programs.all()},
                                                 state_->structs.all());
        if (!done) detach_all();
        return done;
    }
    void detach_all() noexcept {
        for (object::attachment& each : state_->attachments.all()) each = {};
        for (object::registered_struct& each : state_->structs.all()) static_cast<void>(each.end());
    }

  private:
    using owned_state = object::detail::owner<object::detail::file_state>;

    explicit object_file(owned_state state) noexcept : state_{std::move(state)} {}

    [[nodiscard]] object::loading<void> attach_programs() noexcept {
        for (std::uint32_t number = 0; number != contents().programs.size(); ++number) {
            auto const& one = contents().programs[number];
            bool const attaches = state_->programs.all()[number].fd && one.section && attaches_by_name(*one.section);
            if (!attaches || state_->attachments.all()[number]) continue;
            auto made = attach_number(number, {});
            if (!made) {
                object::object_error why{.during = object::step::attach_program, .failure = made.error()};
                why.name << one.name;
                return why;
            }
            state_->attachments.all()[number] = *std::move(made);
        }
        return outcome::success();
    }
    [[nodiscard]] static owned_state make(std::string_view name) noexcept {
        owned_state made{new (std::nothrow) object::detail::file_state{}};
        if (made) made->name << name;
        return made;
    }
    [[nodiscard]] static object::object_error no_memory() noexcept {
        return {.during = object::step::allocate, .failure = {errc::enomem, command::map_memory}};
    }
    [[nodiscard]] static error nothing() noexcept { return {errc::enoent, command::search}; }

    [[nodiscard]] static object::loading<object_file> finish(owned_state state,
                                                             std::span<std::byte const> bytes) noexcept {
        auto const done = state->open(bytes);
        if (!done) return done.error();
        return object_file{std::move(state)};
    }

    [[nodiscard]] static btf::layout_error failed(errc code) noexcept { return {.failure = {code, command::search}}; }

    /// A variable that has the type.
    template <class T>
    [[nodiscard]] result_with<object::found_variable, btf::layout_error> find(std::string_view name) const noexcept {
        auto const found = object::find_variable(contents(), name);
        if (!found) return failed(errc::enoent);
        if (found->size != sizeof(T)) return failed(errc::value_size_differs);
        if (contents().types != nullptr && found->declared != btf::void_id) {
            auto const type = contents().types->type(found->declared).referenced();
            auto const differs = btf::compare<std::remove_const_t<T>>(*contents().types, type);
            if (differs)
                return btf::layout_error{.failure = {errc::layout_differs, command::search}, .difference = differs};
        }
        return *found;
    }

    /// Whether a variable is an array of characters, as far as the object says.
    [[nodiscard]] bool is_text(object::found_variable const& which) const noexcept {
        if (contents().types == nullptr || which.declared == btf::void_id) return true;
        auto const& types = *contents().types;
        auto const array = btf::resolve(types, types.type(which.declared).referenced());
        if (!array || !array->array()) return false;
        auto const element = btf::resolve(types, array->array()->element);
        return element && element->integer() && element->size() == 1;
    }

    /// Into what a map begins with; null is zeroes.
    [[nodiscard]] result_with<void, btf::layout_error> store(object::found_variable const& at, void const* from,
                                                             std::size_t size) noexcept {
        if (loaded_) return failed(errc::ebusy);
        auto const& map = contents().maps[at.map];
        std::size_t const all = object::bytes_to_start_with(map);
        if (map.origin == object::map_origin::kconfig) return failed(errc::eacces);
        if (at.offset > all || size > all - at.offset) return failed(errc::enoent);
        auto& kept = state_->kept.all()[at.map];
        if (kept.bytes.empty()) {
            auto const wanted = kept.memory.want<std::byte>(all);
            if (!kept.memory.allocate()) return failed(errc::enomem);
            kept.bytes = kept.memory.span(wanted);
            if (!map.contents.empty()) std::memcpy(kept.bytes.data(), map.contents.data(), map.contents.size());
            state_->map_hows.all()[at.map].contents = kept.bytes;
        }
        if (size != 0 && from == nullptr) std::memset(kept.bytes.data() + at.offset, 0, size);
        if (size != 0 && from != nullptr) std::memcpy(kept.bytes.data() + at.offset, from, size);
        return outcome::success();
    }

    /// A section may name no target, and then leaves it to the user.
    [[nodiscard]] static bool attaches_by_name(object::section_name const& section) noexcept {
        bool const loaded_for_it = object::needs_type(section);
        return object::attaches_by_itself(section) && (loaded_for_it || section.target);
    }

    [[nodiscard]] object::attached attach_number(std::uint32_t number, object::attach_options options) const noexcept {
        auto const& planned = contents().programs[number];
        auto const& made = state_->programs.all()[number];
        if (!made.fd || !planned.section)
            return object::attach_error{.failure = {errc::ebadf, command::search}, .hook = {}};
        if (planned.section->hook == object::hook::static_probe && options.probe_specs == nullptr)
            options.probe_specs = probe_specs();
        return object::attach(*made.fd, *planned.section, options);
    }

    [[nodiscard]] object::static_probe_specs* probe_specs() const noexcept {
        if (state_->probe_specs) return &*state_->probe_specs;
        auto const number = contents().find_map("__bpf_usdt_specs");
        if (!number || !state_->maps.all()[*number].fd) return nullptr;
        auto const specs = object::static_probe_specs::of(*state_->maps.all()[*number].fd);
        if (!specs) return nullptr;
        state_->probe_specs = *specs;
        return &*state_->probe_specs;
    }

    owned_state state_;
    bool loaded_ = false;
};

} // namespace bpfxx
