#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/kept_contents.hpp>
#include <bpfxx/object/literal.hpp>
#include <bpfxx/object/loaded_object.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/object/variable_place.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace bpfxx::object {

namespace detail {

/// Where in the room for all data sections each of them has its place.
template <auto const& Bytes>
struct section_places {
    static constexpr auto starts = [] {
        constexpr std::size_t alignment = 8;
        std::array<std::size_t, embedded<Bytes>::plan.maps.size() + 1> placed_here{};
        for (std::size_t at = 0; at + 1 != placed_here.size(); ++at) {
            map_definition const& map = embedded<Bytes>::plan.maps[at];
            std::size_t const size = map.is_data() ? map.size : 0;
            placed_here[at + 1] = placed_here[at] + (size + alignment - 1) / alignment * alignment;
        }
        return placed_here;
    }();
    static constexpr std::size_t total = starts.back();
};

} // namespace detail

/// An object before it is loaded, with what is to be different from how it is written. Each function gives the same
/// opening back, so that they can be written one behind the other.
template <auto const& Bytes>
class [[nodiscard]] opening {
    static constexpr plan const& plan_of_bytes = embedded<Bytes>::plan;
    using places = detail::section_places<Bytes>;

    template <literal Name>
    static constexpr std::uint32_t map_called = detail::map_number<Bytes>(Name.view());
    template <literal Name>
    static constexpr std::uint32_t program_called = detail::program_number<Bytes>(Name.view());
    template <literal Name>
    static constexpr detail::variable_place variable_called = detail::find_variable_place<Bytes>(Name.view());
    template <literal Name>
    using variable_type = value_type<Bytes, variable_called<Name>.type>;

  public:
    /// What a global variable begins with, const ones too: the verifier knows their values. Of the type that BTF says, or
    /// a struct of yours that is the same.
    template <literal Name>
    opening& set(value_type<Bytes, variable_called<Name>.type> const& value) noexcept {
        store(variable_called<Name>, &value, sizeof value);
        return *this;
    }
    template <literal Name, detail::plain_struct T>
        requires(!std::convertible_to<T, value_type<Bytes, variable_called<Name>.type>>)
    opening& set(T const& value) noexcept {
        static_assert(detail::require_same<Bytes, variable_called<Name>.type, T>());
        store(variable_called<Name>, &value, sizeof value);
        return *this;
    }
    template <literal Name, class T>
        requires(!std::convertible_to<T, value_type<Bytes, variable_called<Name>.type>> && !detail::plain_struct<T>)
    opening& set(T const&) = delete; // the variable has another type: its integer, array or record by BTF is wanted

    /// How many elements a map has, or bytes a ring, instead of what its definition says.
    template <literal Name>
    opening& max_entries(std::uint32_t count) noexcept {
        static_assert(!plan_of_bytes.maps[map_called<Name>].is_data(), "a section of variables is one element");
        maps_[map_called<Name>].max_entries = count;
        return *this;
    }
    /// Whether a map is created; a program that uses one that is not is refused.
    template <literal Name>
    opening& create(bool wanted) noexcept {
        maps_[map_called<Name>].created = wanted;
        return *this;
    }
    /// A map that is there already, to be used in the place of one of the object's. Lent until `load` returns.
    template <literal Name>
    opening& reuse(fd_ref<kind::map> map) noexcept {
        maps_[map_called<Name>].instead = map;
        return *this;
    }
    /// What the maps in a map of maps are to be like. Lent until `load` returns.
    template <literal Name>
    opening& inner_map(fd_ref<kind::map> map) noexcept {
        maps_[map_called<Name>].inner_map = map;
        return *this;
    }
    /// Where a map is pinned: one that is there already and fits is used, else the new one gets this path, which must
    /// stay until `load` returns. Null: it is not pinned, whatever its definition says.
    template <literal Name>
    opening& pin(char const* path) noexcept {
        maps_[map_called<Name>].pin_path = path;
        maps_[map_called<Name>].pinned = path != nullptr;
        return *this;
    }

    /// Whether a program is loaded; by default all are but those whose sections begin with `?`.
    template <literal Name>
    opening& autoload(bool wanted) noexcept {
        programs_[program_called<Name>].loaded = wanted;
        return *this;
    }
    /// What a program is attached to in the kernel's BTF instead of what its section says: "veth:veth_xmit" with a
    /// module. Must stay until `load` returns.
    template <literal Name>
    opening& target(std::string_view function) noexcept {
        programs_[program_called<Name>].target = function;
        return *this;
    }
    /// The same in another program: the one whose function is replaced or traced. Lent until `load` returns.
    template <literal Name>
    opening& target(std::string_view function, fd_ref<kind::program> in) noexcept {
        programs_[program_called<Name>].target_program = in;
        return target<Name>(function);
    }

    /// Where the verifier writes why it refuses a program: `object_error::log` lies there.
    opening& log(std::span<char> buffer) noexcept {
        common_.log = buffer;
        return *this;
    }
    /// Everything else that `settings` has; what it says of maps, programs and the log is not looked at.
    opening& with(settings const& others) noexcept {
        auto const buffer = common_.log;
        common_ = others;
        common_.log = buffer;
        return *this;
    }

    /// Creates the maps and loads the programs.
    /// UAPI: BPF_BTF_LOAD, BPF_MAP_CREATE, BPF_PROG_LOAD
    /// Errors: see `object_error`
    /// Costs: as many calls as the object has maps and programs, and one for its BTF; more where the kernel has to be
    /// asked for something, and then memory that is given back
    [[nodiscard]] loading<loaded_object<Bytes>> load() const noexcept {
        if (out_of_memory_)
            return object_error{.during = step::allocate, .failure = {errc::enomem, command::map_memory}};
        auto maps = maps_;
        for (std::size_t at = 0; at != maps.size(); ++at)
            if (touched_[at])
                maps[at].contents = contents_.bytes().subspan(places::starts[at], plan_of_bytes.maps[at].size);
        settings how = common_;
        how.maps = maps;
        how.programs = programs_;
        return loaded_object<Bytes>::load(how);
    }

  private:
    void store(detail::variable_place const& place, void const* value, std::size_t size) noexcept {
        std::span<std::byte> const room = contents_.room();
        if (room.size() < places::total) {
            out_of_memory_ = true;
            return;
        }
        std::byte* const section = room.data() + places::starts[place.map];
        std::string_view const original = plan_of_bytes.maps[place.map].contents;
        if (!touched_[place.map] && !original.empty()) std::memcpy(section, original.data(), original.size());
        touched_[place.map] = true;
        std::memcpy(section + place.offset, value, size);
    }

    std::array<map_settings, plan_of_bytes.maps.size()> maps_{};
    std::array<program_settings, plan_of_bytes.programs.size()> programs_{};
    settings common_{};
    std::array<bool, plan_of_bytes.maps.size()> touched_{};
    bool out_of_memory_ = false;
    detail::kept_contents<places::total> contents_{};
};

} // namespace bpfxx::object
