#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/traced.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx {

namespace detail {

/// Line n of a text, counted from 1, without its indentation; empty where there is none.
constexpr std::string_view line_of(std::string_view text, std::uint_least32_t number) noexcept {
    for (; number > 1; --number) {
        auto const end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    auto const start = text.find_first_not_of(" \t");
    return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

} // namespace detail

/// What makes the verifier's log and `bpftool prog dump` show the C++ lines and the function names of a program that was
/// assembled by `assemble_with_lines`: types to load, and records to load the program with.
///
///     static constexpr debug_info debug{code, "count_packets"};
///     auto const types = btf::load(debug.types());
///     auto const loaded = xdp_program::load({.insns = code.code, .license = "GPL", .btf = *types,
///                                            .func_info = debug.functions(), .line_info = debug.lines()});
///
/// The lines have their text where `source`, the text of the file, is given; else only their numbers. At run time
/// a `source` whose lines have no room leaves the rest without text.
/// UAPI: `struct bpf_func_info`, `struct bpf_line_info`
/// Since: Linux 5.0; the log names file and line since Linux 6.9
/// Costs: no allocation; some 60 bytes of room for each slot
template <std::size_t Slots, std::size_t Functions>
class debug_info {
  public:
    template <class Code>
    constexpr explicit debug_info(insn::traced_code<Code, Slots, Functions> const& traced, std::string_view name,
                                  std::string_view source = {}) noexcept {
        btf::builder<room_for_types, room_for_strings> made;
        auto const number = made.int_("long", 8, btf::int_encoding::is_signed);
        auto const pointer = made.ptr(btf::void_id);
        auto const prototype = made.func_proto(number, {{"context", pointer}});
        for (std::size_t i = 0; i != Functions; ++i) {
            std::string_view called = traced.functions[i].name;
            if (i == 0) called = name;
            functions_[i] = {traced.functions[i].start, btf::number(made.func(called, prototype))};
        }
        for (std::size_t i = 0; i != Slots; ++i)
            if (traced.starts_line(i)) add_line(made, traced, i, source);
        types_ = made.finish();
    }

    /// Types for `btf::load`.
    [[nodiscard]] constexpr auto const& types() const noexcept { return types_; }

    [[nodiscard]] constexpr std::span<sys::info::func_info const> functions() const noexcept { return functions_; }

    [[nodiscard]] constexpr std::span<sys::info::line_info const> lines() const noexcept {
        return {lines_.data(), line_count_};
    }

  private:
    static constexpr std::size_t room_for_types = 128 + 12 * Functions;
    static constexpr std::size_t room_for_strings = 512 + 64 * Functions + 40 * Slots;

    template <class Builder, class Traced>
    constexpr void add_line(Builder& made, Traced const& traced, std::size_t slot, std::string_view source) noexcept {
        auto const& place = traced.places[slot];
        bool const is_in_source = std::string_view{place.file_name()} == traced.places[0].file_name();
        auto const text = is_in_source ? detail::line_of(source, place.line()) : std::string_view{};
        auto const column = place.column() < 1024 ? place.column() : 0;
        lines_[line_count_++] = {
            .insn_off = static_cast<std::uint32_t>(slot),
            .file_name_off = file_name(made, place.file_name()),
            .line_off = made.has_room(text) ? made.text(text) : 0,
            .line_col = static_cast<std::uint32_t>(place.line() << 10 | column),
        };
    }

    // A program is mostly of one file.
    template <class Builder>
    constexpr std::uint32_t file_name(Builder& made, std::string_view name) noexcept {
        if (name != last_file_) {
            last_file_ = name;
            last_file_name_ = made.text(name);
        }
        return last_file_name_;
    }

    btf::blob<btf::builder<room_for_types, room_for_strings>::capacity> types_{};
    std::array<sys::info::func_info, Functions> functions_{};
    std::array<sys::info::line_info, Slots> lines_{};
    std::size_t line_count_ = 0;
    std::string_view last_file_{};
    std::uint32_t last_file_name_ = 0;
};

template <class Code, std::size_t Slots, std::size_t Functions>
debug_info(insn::traced_code<Code, Slots, Functions> const&, std::string_view) -> debug_info<Slots, Functions>;
template <class Code, std::size_t Slots, std::size_t Functions>
debug_info(insn::traced_code<Code, Slots, Functions> const&, std::string_view, std::string_view)
    -> debug_info<Slots, Functions>;

} // namespace bpfxx
