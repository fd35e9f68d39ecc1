#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/attach.hpp>
#include <bpfxx/object/attach_all.hpp>
#include <bpfxx/object/attachment.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/lent.hpp>
#include <bpfxx/object/literal.hpp>
#include <bpfxx/object/live.hpp>
#include <bpfxx/object/load.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/loading_plan.hpp>
#include <bpfxx/object/map_capacity.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/register_struct.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/object/typed_map.hpp>
#include <bpfxx/object/typed_program.hpp>
#include <bpfxx/object/variable_place.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace bpfxx::object {

/// An object whose maps and programs are in the kernel, from `object<bytes>::open().load()`: a value that owns them, and
/// what `attach_all` attached. The destructor detaches, unloads and frees what nothing else holds: a path, a link, an
/// attachment of yours. It can be moved; what it lent (views, handles, variables) is then the new owner's.
template <auto const& Bytes>
class [[nodiscard]] loaded_object {
    static constexpr plan const& plan_of_bytes = detail::loading_plan<Bytes>::of_bytes;
    static constexpr std::size_t number_of_maps = plan_of_bytes.maps.size();
    static constexpr std::size_t number_of_programs = plan_of_bytes.programs.size();
    static constexpr std::size_t number_of_structs = detail::loading_plan<Bytes>::has.structs ? number_of_maps : 0;

    template <literal Name>
    static constexpr std::uint32_t map_called = detail::map_number<Bytes>(Name.view());
    template <literal Name>
    static constexpr std::uint32_t program_called = detail::program_number<Bytes>(Name.view());
    template <literal Name>
    static constexpr detail::variable_place variable_called = detail::find_variable_place<Bytes>(Name.view());

  public:
    /// Loads everything as the settings say; who has an `opening` need not call this.
    /// Errors: what the kernel, or the object, is to blame for: see `object_error`
    [[nodiscard]] static loading<loaded_object> load(settings const& how) noexcept { return load(how, steps::all()); }

    /// What an `opening` calls, which knows what its user asks for.
    using steps = detail::rare_steps<detail::loading_plan<Bytes>::has>;
    [[nodiscard]] static loading<loaded_object> load(settings const& how, steps const& rare) noexcept {
        loaded_object made;
        object_error why;
        if (!detail::load(plan_of_bytes, how, made.slots_(), rare, why)) return why;
        for (std::size_t at = 0; at != number_of_maps; ++at)
            made.capacities_[at] = detail::known_capacity(plan_of_bytes.maps[at], how.map(at), made.maps_[at]);
        return made;
    }

    /// A map by its name: the ordinary view, with the types of keys and values that BTF says. Types of yours can stand
    /// behind the name: a value, key and value, or a whole view; they are compared with BTF, and where they differ the
    /// compiler says which member. Views of maps that have to be mapped, such as `arena` and `mmap_array`, adopt a
    /// duplicate of `map_fd<"name">()`.
    /// Costs: no system call; one for rings, and for maps that were there before
    // What is lent is const, so that nothing is moved out of it.
    template <literal Name, class... Types>
    // NOLINTNEXTLINE(readability-const-return-type)
    [[nodiscard]] auto map() const& noexcept
        -> lent<typename detail::typed_map<Bytes, map_called<Name>, Types...>::type> const {
        using view = typename detail::typed_map<Bytes, map_called<Name>, Types...>::type;
        constexpr std::uint32_t number = map_called<Name>;
        auto const capacity = detail::capacity_of(capacities_[number], maps_[number]);
        return lent<view>{view::adopt_unchecked(detail::own_for_a_while(maps_[number].map()), capacity)};
    }
    template <literal Name, class... Types>
    void map() const&& = delete; // the map belongs to this object, which is gone at once: keep it in a variable

    /// A map's descriptor; none where it was not created.
    template <literal Name>
    [[nodiscard]] optional_fd_ref<kind::map> map_fd() const& noexcept {
        return maps_[map_called<Name>].map();
    }
    template <literal Name>
    void map_fd() const&& = delete; // the map belongs to this object, which is gone at once: keep it in a variable

    /// A program by its name, as a program of the type that its section says, so that only its hooks compile; where the
    /// section says nothing the kind stands behind the name.
    /// Costs: no system call
    template <literal Name, class... Kind>
    // NOLINTNEXTLINE(readability-const-return-type): the same
    [[nodiscard]] auto program() const& noexcept
        -> lent<typename detail::typed_program<Bytes, program_called<Name>, Kind...>::handle> const {
        using handle = typename detail::typed_program<Bytes, program_called<Name>, Kind...>::handle;
        constexpr std::uint32_t number = program_called<Name>;
        return lent<handle>{
            handle{detail::own_for_a_while(programs_[number].program()), plan_of_bytes.programs[number]}};
    }
    template <literal Name, class... Kind>
    void program() const&& = delete; // the program belongs to this object, which is gone at once: keep it in a variable

    /// False where it was not loaded.
    template <literal Name>
    [[nodiscard]] bool has_program() const noexcept {
        return static_cast<bool>(programs_[program_called<Name>].program());
    }

    /// A global variable where it lies: `loaded.global<"count">() += …` is two accesses, `load` and `store`. A type of
    /// yours can stand behind the name. What is const in BPF is const here.
    /// Costs: no system call
    template <literal Name, class... Types>
    [[nodiscard]] auto global() const& noexcept {
        constexpr detail::variable_place place = variable_called<Name>;
        static_assert(place.visible,
                      "no process sees this variable, since all of its section are static or hidden: let "
                      "one be global, or read the map");
        using type = typename detail::typed_variable<Bytes, place.type, Types...>::type;
        loaded_map const& in = maps_[place.map];
        if constexpr (place.writable)
            return live<type, true>{(in.memory ? in.memory->data() : nullptr) + place.offset};
        else
            return live<type, false>{in.bytes().data() + place.offset};
    }
    template <literal Name, class... Types>
    void global() const&& = delete; // the variable belongs to this object, which is gone at once: keep it in a variable

    /// Attaches a program to what the name of its section says; what comes back detaches in its destructor.
    /// Errors: see `object::attach`
    template <literal Name>
        requires(!detail::is_struct_of_functions<Bytes>(Name.view()))
    [[nodiscard]] attached attach(attach_options const& options = {}) const noexcept {
        constexpr section_name section = detail::section_of<Bytes, program_called<Name>>();
        static_assert(
            attaches_by_itself(section),
            "the name of this program's section does not say all that attaching takes, such as an interface or "
            "a cgroup: attach program<\"name\">() to a hook");
        constexpr std::uint32_t number = program_called<Name>;
        auto const fd = detail::borrow_or_nothing(programs_[number].program());
        return detail::attach_at<section.hook>(fd, *plan_of_bytes.programs[number].section, options);
    }

    /// Registers a struct of functions, by its name.
    /// Errors, Costs: see `register_struct`
    template <literal Name>
        requires(detail::is_struct_of_functions<Bytes>(Name.view()))
    [[nodiscard]] result<registered_struct> attach() const noexcept {
        return register_struct(plan_of_bytes.maps[map_called<Name>], maps_[map_called<Name>]);
    }

    /// Attaches whatever was loaded and whose section says what to, and registers structs of functions; the object keeps
    /// the attachments. Where one fails, those before it end.
    /// Costs: those of each hook
    [[nodiscard]] loading<void> attach_all() noexcept {
        auto done = attach_programs();
        if constexpr (number_of_structs != 0) {
            if (done) done = detail::register_each(plan_of_bytes, slots_(), bpfxx::detail::slice_of(structs_));
            if (!done) detach_all();
        }
        return done;
    }

    /// Ends what `attach_all` began.
    void detach_all() noexcept {
        for (attachment& each : links_) each = {};
        for (registered_struct& each : structs_) static_cast<void>(each.end());
    }

    /// What `attach_all` made of a program; holds nothing where it was not attached.
    template <literal Name>
        requires(!detail::is_struct_of_functions<Bytes>(Name.view()))
    [[nodiscard]] attachment& link() & noexcept {
        return links_[program_called<Name>];
    }
    /// The same of a struct of functions.
    template <literal Name>
        requires(detail::is_struct_of_functions<Bytes>(Name.view()))
    [[nodiscard]] registered_struct& link() & noexcept {
        return structs_[map_called<Name>];
    }

  private:
    loaded_object() noexcept = default;

    [[nodiscard]] slots slots_() noexcept {
        return {bpfxx::detail::slice_of(maps_), bpfxx::detail::slice_of(programs_)};
    }

    [[nodiscard]] loading<void> attach_programs() noexcept {
        slots const from = slots_();
        attach_options options;
        if constexpr (has_static_probes) {
            auto specs = detail::probe_specs_of(plan_of_bytes, from);
            if (!specs) return object_error{.during = step::attach_program, .failure = specs.error()};
            if (*specs) options.probe_specs = &**specs;
            return detail::attach_each(plan_of_bytes, from, options, bpfxx::detail::slice_of(attach_functions),
                                       bpfxx::detail::slice_of(links_));
        }
        return detail::attach_each(plan_of_bytes, from, options, bpfxx::detail::slice_of(attach_functions),
                                   bpfxx::detail::slice_of(links_));
    }

    template <std::size_t Number>
    static constexpr detail::attach_function function_() noexcept {
        constexpr auto const& section = plan_of_bytes.programs[Number].section;
        if constexpr (section.has_value() && attaches_by_itself(section.value_or(section_name{})))
            return &detail::attach_at<section->hook>;
        else
            return nullptr;
    }
    static constexpr auto attach_functions = []<std::size_t... Number>(std::index_sequence<Number...>) {
        return std::array<detail::attach_function, number_of_programs>{function_<Number>()...};
    }(std::make_index_sequence<number_of_programs>{});
    static constexpr bool has_static_probes = [] {
        for (planned_program const& each : plan_of_bytes.programs)
            if (each.section && each.section->hook == hook::static_probe) return true;
        return false;
    }();

    std::array<loaded_map, number_of_maps> maps_{};
    std::array<std::uint32_t, number_of_maps> capacities_{};
    std::array<loaded_program, number_of_programs> programs_{};
    std::array<attachment, number_of_programs> links_{};
    std::array<registered_struct, number_of_structs> structs_{};
};

} // namespace bpfxx::object
