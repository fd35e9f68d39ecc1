// Whole objects: opened, measured, read and linked, in storage of exactly the sizes that were measured.
// SPDX-License-Identifier: BSL-1.0

#include "../object/known_image.hpp"
#include "support.hpp"

#include <bpfxx/object/program_code.hpp>
#include <bpfxx/object/read.hpp>
#include <bpfxx/object/section_name.hpp>

namespace {

namespace object = bpfxx::object;
using fuzz::lies_in;
using fuzz::require;
using object::reason;
using object_test::block;
using object_test::code_room;
using object_test::image_room;

class reader {
  public:
    reader(std::string_view file, fuzz::digest& seen) : file_{file}, seen_{seen} {}

    void read() {
        auto const from = object::open(file_);
        if (!accepted(from)) return;
        auto const size = object::measure(*from);
        image_room const room{size};
        auto const image = object::read(*from, room.tables());
        if (!accepted(image)) return;
        check(*image);
        link_all(*image);
    }

  private:
    template <class Answer>
    bool accepted(Answer const& answer) {
        auto const problem = answer.error();
        seen_(problem.why);
        if (answer) return true;
        require(object::sentence(problem) != "unknown reason");
        require(lies_in(problem.name, file_));
        return false;
    }

    void name(std::string_view text) {
        require(lies_in(text, file_));
        seen_(text);
    }

    void check(object::image const& image) {
        auto const& from = image.from;
        require(image.roles.size() == from.file.section_count());
        require(from.types.adopt(image.type_index).has_value());
        name(image.license());
        for (auto const& one : image.functions) {
            name(one.name);
            require((std::uint64_t{one.first} + one.count) * 8 <= from.file.section(one.section).contents().size());
            require(one.code < image.code.size() && from.types.contains(one.type));
        }
        for (auto const& one : image.variables) {
            name(one.name);
            require(std::uint64_t{one.offset} + one.size <= from.file.section(one.section).size());
            require(from.types.contains(one.type) && image.find_variable(one.name) != nullptr);
        }
        for (auto const& one : image.externs) {
            name(one.name);
            require(from.types.contains(one.type) && image.find_extern(one.name).has_value());
        }
        for (auto const& one : image.programs) {
            name(one.name);
            name(one.section);
            require(one.function < image.functions.size() && image.find_program(one.name).has_value());
            auto const said = object::parse_section_name(one.section);
            seen_(said.has_value());
        }
        for (auto const& one : image.relocations) check(image, one);
    }

    void check(object::image const& image, object::code_relocation const& one) {
        using enum object::target_kind;
        auto const& code = image.from.file.section(one.section);
        require(code.is_code() && std::uint64_t{one.instruction} * 8 + 8 <= code.contents().size());
        bool const is_function = one.kind == call || one.kind == function_address;
        bool const is_extern = one.kind == extern_variable || one.kind == extern_function;
        if (is_function) require(one.target < image.functions.size());
        if (is_extern) require(one.target < image.externs.size());
        if (!is_function && !is_extern) require(one.target < image.from.file.section_count());
        seen_(one.target);
    }

    void link_all(object::image const& image) {
        block<object::placement> const placements{image.functions.size()};
        for (auto const& of : image.programs) {
            auto const size = object::measure(image, of, placements.span());
            if (!accepted(size)) continue;
            code_room const room{*size};
            auto const code = object::link(image, of, placements.span(), room.room());
            require(static_cast<bool>(code));
            check(*code, *size, image);
            if (size->instructions == 0) continue;
            auto smaller = room.room();
            smaller.instructions = smaller.instructions.first(size->instructions - 1);
            auto const refused = object::link(image, of, placements.span(), smaller);
            require(refused.error().why == reason::storage_too_small);
        }
        for (auto const& one : placements.span()) require(one.start == object::placement::nothing);
    }

    void check(object::program_code const& code, object::program_counts const& size, object::image const& image) {
        require(code.functions.size() == size.functions && code.instructions.size() == size.instructions);
        require(code.patches.size() == size.patches && code.func_infos.size() == size.func_infos);
        require(code.line_infos.size() == size.line_infos && code.core_relocations.size() == size.core_relocations);
        for (auto const& one : code.functions) require(one.function < image.functions.size());
        for (auto const& one : code.patches) {
            require(one.instruction < code.instructions.size());
            bool const wide = code.instructions[one.instruction].code == 0x18;
            require(one.instruction + (wide ? 1U : 0U) < code.instructions.size());
            require(one.kind != object::target_kind::call && one.kind != object::target_kind::function_address);
        }
        for (auto const& one : code.instructions) {
            seen_(one.code);
            seen_(one.registers);
            seen_(one.off);
            seen_(one.imm);
        }
        for (auto const& one : code.func_infos) require(one.insn_off < code.instructions.size());
        for (auto const& one : code.line_infos) require(one.insn_off < code.instructions.size());
        for (auto const& one : code.core_relocations) require(one.insn_off < code.instructions.size());
    }

    std::string_view file_;
    fuzz::digest& seen_;
};

fuzz::digest read_whole(std::string_view bytes) {
    fuzz::digest seen;
    reader{bytes, seen}.read();
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}
