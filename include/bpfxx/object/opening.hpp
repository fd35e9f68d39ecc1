#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/find_variable.hpp>
#include <bpfxx/object/kept_contents.hpp>
#include <bpfxx/object/literal.hpp>
#include <bpfxx/object/loaded_object.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/record.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/object/value_type.hpp>
#include <bpfxx/object/variable_place.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::object {

namespace detail {

/// Where in the room for what maps begin with each of them has its place.
template <auto const& Bytes>
struct section_places {
    static constexpr auto starts = [] {
        constexpr std::size_t alignment = 8;
        std::array<std::size_t, embedded<Bytes>::plan.maps.size() + 1> placed_here{};
        for (std::size_t at = 0; at + 1 != placed_here.size(); ++at) {
            map_definition const& map = embedded<Bytes>::plan.maps[at];
            std::size_t const size = bytes_to_start_with(map);
            placed_here[at + 1] = placed_here[at] + (size + alignment - 1) / alignment * alignment;
        }
        return placed_here;
    }();
    static constexpr std::size_t total = starts.back();
};

template <class T>
inline constexpr bool is_text = false;
template <std::size_t Size>
inline constexpr bool is_text<std::array<char, Size>> = true;

/// What an array of characters can be set to.
template <class T, class Variable>
concept text_for = is_text<Variable> && std::convertible_to<T const&, std::string_view>;

template <auto const& Bytes>
[[nodiscard]] constexpr bool is_pointer(std::uint32_t type) noexcept {
    return type_behind<Bytes>(type).kind() == btf::kind::ptr;
}

} // namespace detail

/// An object before it is loaded, with what is to be different from how it is written. Each function gives the same
/// opening back, so that they can be written one behind the other.
template <auto const& Bytes>
class [[nodiscard]] opening {
    static constexpr plan const& plan_of_bytes = detail::loading_plan<Bytes>::of_bytes;
    using places = detail::section_places<Bytes>;

    template <literal Name>
    static constexpr std::uint32_t map_called = detail::map_number<Bytes>(Name.view());
    template <literal Name>
    static constexpr std::uint32_t program_called = detail::program_number<Bytes>(Name.view());
    template <literal Name>
    static constexpr detail::variable_place variable_called = detail::find_variable_place<Bytes>(Name.view());
    template <literal Name>
    using variable_type = value_type<Bytes, variable_called<Name>.type>;
    template <literal Map, literal Path>
    static constexpr detail::member_place member_called =
        detail::find_member<Bytes>(btf::number(plan_of_bytes.maps[map_called<Map>].value_type), Path.view());
    template <literal Map, literal Path>
    using member_type = value_type<Bytes, member_called<Map, Path>.type>;

  public:
    /// What a global variable begins with, const ones too: the verifier knows their values. Of the type that BTF says, or
    /// a struct of yours that is the same.
    template <literal Name>
    opening& set(value_type<Bytes, variable_called<Name>.type> const& value) noexcept {
        return store_variable<Name>(&value, sizeof value);
    }
    template <literal Name, detail::plain_struct T>
        requires(!std::convertible_to<T, value_type<Bytes, variable_called<Name>.type>> &&
                 !detail::text_for<T, value_type<Bytes, variable_called<Name>.type>>)
    opening& set(T const& value) noexcept {
        static_assert(detail::require_same<Bytes, variable_called<Name>.type, T>());
        return store_variable<Name>(&value, sizeof value);
    }
    /// What an array of characters begins with, zeroes behind the text: `set<"device">("eth0")`. A text that the compiler
    /// knows has to fit with its last zero; for another one `load` says ENAMETOOLONG where it does not.
    template <literal Name, std::size_t Size>
        requires detail::is_text<value_type<Bytes, variable_called<Name>.type>>
    opening& set(char const (&text)[Size]) noexcept {
        static_assert(Size <= sizeof(variable_type<Name>),
                      "the text is longer than the variable, which has to end with a zero");
        return store_text<Name>(std::string_view{text, Size}.substr(0, std::string_view{text, Size}.find('\0')));
    }
    template <literal Name, class Text>
        requires(detail::text_for<Text, value_type<Bytes, variable_called<Name>.type>> && !std::is_array_v<Text>)
    opening& set(Text const& text) noexcept {
        return store_text<Name>(text);
    }
    template <literal Name, class T>
        requires(!std::convertible_to<T, value_type<Bytes, variable_called<Name>.type>> && !detail::plain_struct<T> &&
                 !detail::text_for<T, value_type<Bytes, variable_called<Name>.type>>)
    opening& set(T const&) = delete; // the variable has another type: its integer, array or record by BTF is wanted

    /// What a member of a struct of functions begins with, by its name or path: `set<"ops", "flags">(1)`. The programs that
    /// the source names stay.
    template <literal Map, literal Path>
    opening& set(member_type<Map, Path> const& value) noexcept {
        constexpr std::uint32_t number = map_called<Map>;
        constexpr map_definition const& map = plan_of_bytes.maps[number];
        static_assert(map.origin == map_origin::struct_ops,
                      "this is no struct of functions: members of other variables are set with the whole variable");
        static_assert(!detail::is_pointer<Bytes>(member_called<Map, Path>.type),
                      "a member that is a function is a program's: the BPF source names that program");
        std::byte* const bytes = begin_with<number>();
        if (bytes != nullptr) record<Bytes, btf::number(map.value_type)>::template set_in<Path>(bytes, value);
        return *this;
    }
    template <literal Map, literal Path, class Text>
        requires detail::text_for<Text, member_type<Map, Path>>
    opening& set(Text const& text) noexcept {
        return set<Map, Path>(text_of<member_type<Map, Path>>(text, Path.view()));
    }

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
        rare_.leave_out_maps();
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
        rare_.pin();
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
        if (!too_long_.empty())
            return object_error{
                .during = step::fill_map, .failure = {errc::enametoolong, command::map_update_elem}, .name = too_long_};
        auto maps = maps_;
        for (std::size_t at = 0; at != maps.size(); ++at)
            if (touched_[at])
                maps[at].contents =
                    contents_.bytes().subspan(places::starts[at], bytes_to_start_with(plan_of_bytes.maps[at]));
        settings how = common_;
        how.maps = bpfxx::detail::slice_of(maps);
        how.programs = bpfxx::detail::slice_of(programs_);
        return loaded_object<Bytes>::load(how, rare_);
    }

  private:
    template <literal Name>
    opening& store_variable(void const* value, std::size_t size) noexcept {
        constexpr detail::variable_place place = variable_called<Name>;
        static_assert(place.settable, "the kernel says what this is: settings::kernel_config can say it in its place");
        std::byte* const bytes = begin_with<place.map>();
        if (bytes != nullptr) std::memcpy(bytes + place.offset, value, size);
        return *this;
    }
    template <literal Name>
    opening& store_text(std::string_view text) noexcept {
        auto const value = text_of<variable_type<Name>>(text, Name.view());
        return store_variable<Name>(value.data(), value.size());
    }
    template <class Array>
    [[nodiscard]] Array text_of(std::string_view text, std::string_view name) noexcept {
        Array value{};
        if (text.size() < value.size())
            text.copy(value.data(), text.size());
        else if (too_long_.empty())
            too_long_ = name;
        return value;
    }

    /// What a map begins with, to be changed; null where there is no memory.
    template <std::uint32_t Map>
    [[nodiscard]] std::byte* begin_with() noexcept {
        std::span<std::byte> const room = contents_.room();
        if (room.size() < places::total) {
            out_of_memory_ = true;
            return nullptr;
        }
        std::byte* const bytes = room.data() + places::starts[Map];
        std::string_view const original = plan_of_bytes.maps[Map].contents;
        if (!touched_[Map] && !original.empty()) std::memcpy(bytes, original.data(), original.size());
        touched_[Map] = true;
        return bytes;
    }

    std::array<map_settings, plan_of_bytes.maps.size()> maps_{};
    std::array<program_settings, plan_of_bytes.programs.size()> programs_{};
    settings common_{};
    typename loaded_object<Bytes>::steps rare_{};
    std::array<bool, plan_of_bytes.maps.size()> touched_{};
    bool out_of_memory_ = false;
    std::string_view too_long_{};
    detail::kept_contents<places::total> contents_{};
};

} // namespace bpfxx::object
