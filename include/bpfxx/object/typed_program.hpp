#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/object/attach_all.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/section_kind.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/kinds.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx::object {

namespace detail {

/// The number of a program; a wrong name does not compile.
template <auto const& Bytes>
[[nodiscard]] constexpr std::uint32_t program_number(std::string_view name) noexcept {
    auto const found = embedded<Bytes>::plan.find_program(name);
    if (!found)
        ill_formed("the object has no program of this name: it is the name of the function, not of its section");
    return *found;
}

template <auto const& Bytes, std::uint32_t Number>
[[nodiscard]] constexpr section_name section_of() noexcept {
    planned_program const& program = embedded<Bytes>::plan.programs[Number];
    if (!program.section)
        ill_formed("the name of this program's section says no known program type: name its kind, as in "
                   "program<\"name\", program_kind::xdp>()");
    return *program.section;
}

template <auto const& Bytes, std::uint32_t Number>
constexpr auto kind_of_program() noexcept {
    constexpr section_name section = section_of<Bytes, Number>();
    return std::type_identity<kind_of_type<section.type, kind_attach_type(section)>>{};
}

} // namespace detail

/// The handle of a program of an object: it knows what its section says.
template <program_tag Kind, hook At>
class [[nodiscard]] section_program : public bpfxx::program<Kind> {
  public:
    /// Takes over a descriptor that the caller knows to be of such a program; `from` must outlive it.
    section_program(owned_fd<kind::program> descriptor, planned_program const& from) noexcept
        : bpfxx::program<Kind>{bpfxx::program<Kind>::adopt_unchecked(std::move(descriptor))}, from_{&from} {}

    using bpfxx::program<Kind>::attach;

    /// Attaches the program to what the name of its section says: see `object::attach`.
    [[nodiscard]] attached attach(attach_options const& options = {}) const noexcept {
        return detail::attach_by_name<At>(this->fd(), from_->section.value_or(section_name{}), options);
    }

    /// Its name, the function's.
    [[nodiscard]] std::string_view name() const noexcept { return from_->name; }

  private:
    planned_program const* from_;
};

namespace detail {

/// The handle of a program: its kind is what its section says, or what the user does.
template <auto const& Bytes, std::uint32_t Number, class... Given>
struct typed_program {
    using handle =
        section_program<typename decltype(kind_of_program<Bytes, Number>())::type, section_of<Bytes, Number>().hook>;
};
template <auto const& Bytes, std::uint32_t Number, class Kind>
struct typed_program<Bytes, Number, Kind> {
    using handle = section_program<Kind, hook::test_run>;
};

} // namespace detail

} // namespace bpfxx::object
