#pragma once
// Reads an object with storage of exactly the measured size, in blocks of their own: AddressSanitizer sees what lies beside.

#include <bpfxx/object/program_code.hpp>
#include <bpfxx/object/read.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace object_test {

namespace object = bpfxx::object;

template <class T>
class block {
  public:
    explicit block(std::size_t size) : all_{new T[size]{}}, size_{size} {}
    [[nodiscard]] std::span<T> span() const { return {all_.get(), size_}; }

  private:
    std::unique_ptr<T[]> all_;
    std::size_t size_;
};

/// Room for the tables of an image; `less` takes one element from each.
class image_room {
  public:
    explicit image_room(object::counts const& size)
        : roles_{size.sections}, code_{size.code}, functions_{size.functions}, programs_{size.programs},
          variables_{size.variables}, externs_{size.externs}, relocations_{size.relocations}, types_{size.types} {}

    [[nodiscard]] object::tables tables() const {
        return {roles_.span(),     code_.span(),    functions_.span(),   programs_.span(),
                variables_.span(), externs_.span(), relocations_.span(), types_.span()};
    }

  private:
    block<object::section_role> roles_;
    block<object::code_section> code_;
    block<object::function> functions_;
    block<object::program> programs_;
    block<object::variable> variables_;
    block<object::extern_symbol> externs_;
    block<object::code_relocation> relocations_;
    block<std::uint32_t> types_;
};

class code_room {
  public:
    explicit code_room(object::program_counts const& size)
        : functions_{size.functions}, instructions_{size.instructions}, patches_{size.patches},
          func_infos_{size.func_infos}, line_infos_{size.line_infos}, core_{size.core_relocations} {}

    [[nodiscard]] object::program_room room() const {
        return {functions_.span(),  instructions_.span(), patches_.span(),
                func_infos_.span(), line_infos_.span(),   core_.span()};
    }

  private:
    block<object::placed_function> functions_;
    block<bpfxx::insn::instruction> instructions_;
    block<object::patch> patches_;
    block<bpfxx::sys::info::func_info> func_infos_;
    block<bpfxx::sys::info::line_info> line_infos_;
    block<bpfxx::sys::info::core_relo> core_;
};

/// The same while compiling, for an object with bytes of static storage.
template <auto const& Bytes>
struct known {
    static constexpr auto source = object::require(object::open(std::string_view{Bytes, sizeof Bytes - 1}));
    static constexpr auto sizes = object::measure(source);
    static constexpr auto tables = [] {
        object::static_tables<sizes> made;
        made.found = object::require(object::fill(source, made.spans()));
        return made;
    }();
    static constexpr auto image = tables.view(source);

    template <std::size_t Program>
    static constexpr auto measured = [] {
        std::array<object::placement, image.functions.size()> placements{};
        return object::require(object::measure(image, image.programs[Program], placements));
    }();
    template <std::size_t Program>
    static constexpr auto linked = [] {
        std::array<object::placement, image.functions.size()> placements{};
        object::static_program_code<measured<Program>> made;
        (void)object::require(object::link(image, image.programs[Program], placements, made.room()));
        return made;
    }();
};

} // namespace object_test
