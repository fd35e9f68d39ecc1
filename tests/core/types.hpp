#pragma once
// SPDX-License-Identifier: BSL-1.0

#include "../btf/blob.hpp"

#include <bpfxx/core/patch.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace core_test {

namespace btf = bpfxx::btf;
namespace core = bpfxx::core;
using btf::kind;
using btf::wire::make_info;
using btf_test::blob_builder;
using core::core_relo;
using core::core_relo_kind;
using core::reason;

inline constexpr std::array<std::string_view, 16> access_texts{"0",   "0:0",   "0:1",   "0:2:0", "0:2:1", "0:3:3",
                                                               "0:4", "0:5",   "0:6:2", "1:0",   "0:7",   "0:8",
                                                               "0:3", "0:2:2", "0:9",   ""};

/// The types of an object: a little of each kind that CO-RE is about, and access strings among the names.
struct object_types {
    blob_builder out{std::endian::native};
    std::array<std::uint32_t, access_texts.size()> texts{};

    constexpr object_types() {
        using enum btf::kind;
        out.record("int", make_info(int_), 4); // 1
        out.words({0x0100'0020});
        out.record("unsigned int", make_info(int_), 4); // 2
        out.words({0x20});
        out.record("", make_info(ptr), 0);   // 3: void*
        out.record("", make_info(array), 0); // 4: int[4]
        out.words({1, 2, 4});
        out.record("thing___mine", make_info(struct_, 9, true), 48); // 5
        out.named("first", 2, 0);
        out.named("pointer", 3, 64);
        out.named("", 6, 128);
        out.named("four", 4, 160);
        out.named("low", 1, 5U << 24 | 288);
        out.named("high", 2, 20U << 24 | 299);
        out.named("open", 7, 352);
        out.named("color", 8, 320);
        out.named("tail", 13, 384);
        out.record("", make_info(union_, 2), 4); // 6
        out.named("left", 1, 0);
        out.named("right", 2, 0);
        out.record("", make_info(array), 0); // 7: int[0], not the last member
        out.words({1, 2, 0});
        out.record("color", make_info(enum_, 2, true), 4); // 8
        out.named("RED", 0xffff'ffff);
        out.named("GREEN", 7);
        out.record("thing_alias", make_info(typedef_), 5); // 9
        out.record("", make_info(const_), 5);              // 10
        out.record("work", make_info(func_proto, 0), 1);   // 11
        out.record("ring", make_info(typedef_), 12);       // 12: of itself
        out.record("", make_info(array), 0);               // 13: int[], the last member
        out.words({1, 2, 0});
        out.record("later", make_info(fwd), 0);      // 14
        out.record("wide", make_info(enum64, 1), 8); // 15
        out.named("FAR", 1, 2);
        out.record("liquid", make_info(struct_), 4); // 16
        out.record("ab", make_info(struct_), 4);     // 17
        for (std::size_t at = 0; at < texts.size(); ++at) texts[at] = out.string(access_texts[at]);
    }
};

inline constexpr object_types made_object{};
inline constexpr auto object_blob = made_object.out.finish();
inline constexpr btf::view object_view = *btf::view::parse(object_blob.text());
inline constexpr auto object_offsets = [] {
    std::array<std::uint32_t, object_view.index_size()> storage{};
    if (!object_view.index(storage)) storage = {};
    return storage;
}();
inline constexpr btf::indexed_view local = *object_view.adopt(object_offsets);

/// A relocation that starts at a type of the object.
constexpr core_relo ask(std::uint32_t type, std::string_view text, core_relo_kind kind) {
    for (std::size_t at = 0; at < access_texts.size(); ++at) {
        if (access_texts[at] == text) return {0, type, made_object.texts[at], kind};
    }
    return {0, type, 0xffff'ffff, kind};
}

/// What a relocation comes to on a target; each answer from storage of its own, so that all of it can be constant.
template <std::size_t Roots = 4, std::size_t Room = 8, std::size_t Checkpoints = 4>
constexpr core::parsed<core::resolution> resolve(core_relo asked, std::string_view kernel,
                                                 std::string_view module = {}) {
    std::array<core::root, Roots> roots{};
    std::array<core::candidate, Room> room{};
    std::array<std::array<std::uint32_t, Checkpoints>, 2> checkpoints{};
    core::candidates found{roots, room};
    core::malformed problem = found.add(local, std::array{asked});
    if (problem.why != reason::none) return problem;
    found.ready();
    std::array<core::target, 2> targets{};
    auto const opened = core::target::open(kernel);
    if (!opened) return core::malformed{reason::target_malformed, 0, {}, opened.error()};
    targets[0] = *opened;
    problem = targets[0].index(checkpoints[0], found);
    if (problem.why != reason::none) return problem;
    if (!module.empty()) {
        auto const second = core::target::open(module, targets[0]);
        if (!second) return core::malformed{reason::target_malformed, 0, {}, second.error()};
        targets[1] = *second;
        problem = targets[1].index(checkpoints[1], found, 1);
        if (problem.why != reason::none) return problem;
    }
    core::resolver with{local, found, targets};
    return with.resolve(asked);
}

} // namespace core_test
