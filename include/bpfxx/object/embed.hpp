#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/kernel_types.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/placement.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/plan_of.hpp>
#include <bpfxx/object/read.hpp>
#include <bpfxx/object/source.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::object {

/// The bytes of a file as an array with a name, which is what templates take. A string literal needs no more than its
/// array, as in the headers that bpfxx-object makes.
///
///     constexpr auto app_object = bpfxx::object::embed({
///     #embed "app.bpf.o"
///     });
template <std::size_t Size>
[[nodiscard]] consteval std::array<char, Size> embed(unsigned char const (&bytes)[Size]) noexcept {
    std::array<char, Size> made{};
    for (std::size_t at = 0; at != Size; ++at) made[at] = static_cast<char>(bytes[at]);
    return made;
}

namespace detail {

/// A string literal has a null character behind the file.
template <std::size_t Size>
[[nodiscard]] constexpr std::string_view bytes_of(char const (&literal)[Size]) noexcept {
    return {literal, Size - 1};
}
template <std::size_t Size>
[[nodiscard]] constexpr std::string_view bytes_of(std::array<char, Size> const& bytes) noexcept {
    return {bytes.data(), Size};
}

/// What an array is called, and what the object in it therefore: `app` for `app_object`.
template <auto const& Bytes>
[[nodiscard]] consteval std::string_view name_of_array() noexcept {
    std::string_view name = __PRETTY_FUNCTION__;
    name.remove_prefix(name.find("Bytes = ") + 8);
    name = name.substr(0, name.find_first_of(";]"));
    if (auto const scope = name.rfind(':'); scope != name.npos) name.remove_prefix(scope + 1);
    if (auto const ending = name.rfind("_object"); ending != name.npos && ending != 0) name = name.substr(0, ending);
    return name;
}

/// What of an object is looked at by its index, with room of its own.
template <auto const& Bytes>
struct embedded_image {
    static constexpr elf::view file = require(open_file(bytes_of(Bytes)));
    static constexpr auto headers = [] {
        std::array<elf::wire::section_header, file.section_count()> filled_here{};
        for (std::uint32_t index = 0; index != file.section_count(); ++index) filled_here[index] = file.header(index);
        return filled_here;
    }();
    static constexpr auto source = require(open(file.with_headers(bpfxx::detail::slice_of(headers))));
    static constexpr counts sizes = measure(source);
    static constexpr auto tables = [] {
        static_tables<sizes> filled_here;
        filled_here.found = require(fill(source, filled_here.spans()));
        return filled_here;
    }();
    static constexpr image all = tables.view(source);
    static constexpr btf::indexed_view types = *source.types.adopt(tables.types);
};

/// The types as the kernel takes them, and how many bytes of the room they need.
template <std::size_t Room>
struct written_types {
    std::array<char, Room> bytes{};
    std::size_t size = 0;
};

} // namespace detail

/// An object file that the compiler has read, each step once: what is wrong with it is a compile error. `Bytes` is an
/// array of characters with static storage, as bpfxx-object and `embed` make it.
/// Costs: time of the compiler; at run time constants, as far as they are used
template <auto const& Bytes>
class embedded {
    using image = detail::embedded_image<Bytes>;

    static constexpr plan_counts sizes_of_all = [] {
        std::array<placement, image::tables.found.functions> placements{};
        return require(measure_plan(image::all, &image::types, bpfxx::detail::slice_of(placements)));
    }();
    // Two steps, since clang counts how far each constant goes.
    static constexpr plan_counts sizes_without_types = [] {
        plan_counts filled_here = sizes_of_all;
        filled_here.kernel_types = 0;
        return filled_here;
    }();
    static constexpr auto filled_storage = [] {
        static_plan_storage<sizes_without_types> filled_here;
        filled_here.fill(image::all, &image::types);
        return filled_here;
    }();
    static constexpr auto written_kernel_types = [] {
        detail::written_types<sizes_of_all.kernel_types> filled_here{};
        if (!image::source.has_types()) return filled_here;
        auto const file = detail::typed_file_of(image::all, &image::types);
        filled_here.size = require(write_kernel_types(file, {}, bpfxx::detail::slice_of(filled_here.bytes).span()));
        return filled_here;
    }();
    static constexpr auto linked_programs = filled_storage.programs_with_code();

  public:
    /// The object's types.
    static constexpr btf::indexed_view const& types = image::types;

    /// Everything that is known without a kernel.
    static constexpr bpfxx::object::plan plan = [] {
        auto filled_here = filled_storage.view(image::all, detail::name_of_array<Bytes>(), &image::types,
                                               bpfxx::detail::slice_of(linked_programs));
        filled_here.kernel_types =
            bpfxx::detail::slice_of(written_kernel_types.bytes, written_kernel_types.size).span();
        return filled_here;
    }();
};

} // namespace bpfxx::object
