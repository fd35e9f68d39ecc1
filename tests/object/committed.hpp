#pragma once
// The committed objects of this folder, read.

#include <bpfxx/object/externs.hpp>
#include <bpfxx/object/program_code.hpp>
#include <bpfxx/object/read.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace object_test {

namespace btf = bpfxx::btf;
namespace object = bpfxx::object;

inline std::string read_file(std::string const& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline std::string folder() { return BPFXX_TESTS "/object/"; }

/// An object of this folder, with everything that it points to.
class committed {
  public:
    explicit committed(std::string const& name) : bytes_{read_file(folder() + name)} {
        REQUIRE(bytes_.size() > 64);
        auto const source = object::open(bytes_);
        REQUIRE(source);
        source_ = *source;
        auto const sizes = object::measure(source_);
        roles_.resize(sizes.sections);
        code_.resize(sizes.code);
        functions_.resize(sizes.functions);
        programs_.resize(sizes.programs);
        variables_.resize(sizes.variables);
        externs_.resize(sizes.externs);
        relocations_.resize(sizes.relocations);
        offsets_.resize(sizes.types);
        auto const read =
            object::read(source_, {roles_, code_, functions_, programs_, variables_, externs_, relocations_, offsets_});
        REQUIRE(read);
        image_ = *read;
        types_ = source_.types.adopt(image_.type_index);
        REQUIRE(types_.has_value());
        found.resize(image_.externs.size());
    }
    committed(committed const&) = delete;
    committed& operator=(committed const&) = delete;

    [[nodiscard]] btf::indexed_view const& types() const { return *types_; }
    [[nodiscard]] object::image const& image() const { return image_; }
    [[nodiscard]] std::span<object::extern_symbol const> externs() const { return image_.externs; }
    [[nodiscard]] std::uint32_t number(std::string_view name) const {
        auto const at = image_.find_extern(name);
        REQUIRE(at.has_value());
        return *at;
    }
    [[nodiscard]] object::resolved_extern const& answer(std::string_view name) const { return found[number(name)]; }

    /// A program of it, linked.
    [[nodiscard]] object::program_code link(std::string_view name) {
        auto const at = image_.find_program(name);
        REQUIRE(at.has_value());
        auto const& program = image_.programs[*at];
        std::vector<object::placement> placements(image_.functions.size());
        auto const sizes = object::measure(image_, program, placements);
        REQUIRE(sizes);
        placed_.resize(sizes->functions);
        instructions.resize(sizes->instructions);
        patches_.resize(sizes->patches);
        infos_.resize(sizes->func_infos);
        lines_.resize(sizes->line_infos);
        core_.resize(sizes->core_relocations);
        auto const made =
            object::link(image_, program, placements, {placed_, instructions, patches_, infos_, lines_, core_});
        REQUIRE(made);
        return *made;
    }

    std::vector<object::resolved_extern> found;
    std::vector<bpfxx::insn::instruction> instructions;

  private:
    std::string bytes_;
    object::source source_;
    std::vector<object::section_role> roles_;
    std::vector<object::code_section> code_;
    std::vector<object::function> functions_;
    std::vector<object::program> programs_;
    std::vector<object::variable> variables_;
    std::vector<object::extern_symbol> externs_;
    std::vector<object::code_relocation> relocations_;
    std::vector<std::uint32_t> offsets_;
    object::image image_;
    std::optional<btf::indexed_view> types_;
    std::vector<object::placed_function> placed_;
    std::vector<object::patch> patches_;
    std::vector<bpfxx::sys::info::func_info> infos_;
    std::vector<bpfxx::sys::info::line_info> lines_;
    std::vector<bpfxx::sys::info::core_relo> core_;
};

} // namespace object_test
