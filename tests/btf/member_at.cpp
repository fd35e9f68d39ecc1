// SPDX-License-Identifier: BSL-1.0

#include "blob.hpp"
#include "running_kernel.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/member_at.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::kind;
using btf::reason;
using btf::type_id;
using namespace btf_test;

template <std::endian Order>
constexpr bool locates() {
    using blob = sample<Order>;
    constexpr auto at = [](std::string_view path) { return *member_at(blob::index, type_id{5}, path); };
    static_assert(at("first").bit_offset == 0 && at("first").size == 4 && at("first").type == type_id{1});
    static_assert(at("whole").offset() == 4 && at("whole").size == 8 && at("whole").name == "whole");
    static_assert(at("pair").offset() == 4 && at("pair").type == type_id{7});
    static_assert(at("pair.right").offset() == 8 && at("pair.right").size == 4 && at("pair.right").name == "right");
    static_assert(at("low").bit_offset == 96 && at("low").bitfield_width == 3 && at("low").size == 4);
    static_assert(at("last").offset() == 16 && at("last").type == type_id{10} && at("last").size == 4);

    constexpr auto fault = [](std::uint32_t root, std::string_view path) {
        return member_at(blob::index, type_id{root}, path).error();
    };
    static_assert(fault(5, "second") == btf::malformed{reason::no_such_member, blob::view.position_of(blob::type(5))});
    static_assert(fault(5, "pair.x") == btf::malformed{reason::no_such_member, blob::view.position_of(blob::type(7))});
    static_assert(fault(5, "first.x") ==
                  btf::malformed{reason::not_a_composite, blob::view.position_of(blob::type(1))});
    static_assert(fault(5, "").why == reason::no_such_member && fault(5, ".").why == reason::no_such_member);
    static_assert(fault(5, "pair.").why == reason::no_such_member &&
                  fault(5, "pair..left").why == reason::no_such_member);
    static_assert(fault(0, "x").why == reason::not_a_composite && fault(22, "x").why == reason::chain_too_long);
    static_assert(fault(sample_count + 1, "x").why == reason::no_such_type);

    std::uint64_t sum = 0;
    auto const visited = for_each_member(
        blob::index, type_id{5}, [&](btf::located_member const& found) { sum = 1000 * sum + found.bit_offset; });
    return visited && *visited == 5 && sum == 32'032'096'128;
}
static_assert(locates<std::endian::little>() && locates<std::endian::big>());

struct built {
    blob_builder::blob blob;
    btf::view view;
    std::vector<std::uint32_t> offsets;

    explicit built(blob_builder const& out) : blob{out.finish()} {
        auto const parsed = btf::view::parse(blob.text());
        REQUIRE(parsed);
        view = *parsed;
        offsets.resize(view.index_size());
    }
    built(built const&) = delete;
    btf::indexed_view index() { return *view.index(offsets); }
};

TEST_CASE("btf member_at: unions that hold themselves come to an end") {
    blob_builder out{std::endian::native};
    out.record("endless", wire::make_info(kind::union_, 64), 8);
    for (int i = 0; i < 64; ++i) out.named("", 1, 0);
    built endless{out};
    CHECK(member_at(endless.index(), type_id{1}, "x").error().why == reason::nested_too_deep);

    // Each level twice, thirty levels deep: within the depth, past any reasonable number of steps.
    blob_builder wide{std::endian::native};
    for (std::uint32_t level = 1; level <= 30; ++level) {
        wide.record("", wire::make_info(kind::union_, 2), 8);
        wide.named("", level == 30 ? 30 : level + 1, 0);
        wide.named("", level == 30 ? 30 : level + 1, 0);
    }
    built bushy{wide};
    CHECK(member_at(bushy.index(), type_id{1}, "x").error().why == reason::nested_too_deep);

    blob_builder balanced{std::endian::native};
    for (std::uint32_t level = 1; level <= 25; ++level) {
        balanced.record("", wire::make_info(kind::union_, 2), 8);
        balanced.named("", level + 1, 0);
        balanced.named("", level + 1, 0);
    }
    balanced.record("", wire::make_info(kind::union_, 0), 8);
    built tree{balanced};
    CHECK(member_at(tree.index(), type_id{1}, "x").error().why == reason::nested_too_deep);
}

TEST_CASE("btf member_at: bit-fields of old producers are told by narrow integers") {
    blob_builder out{std::endian::native};
    out.record("unsigned int", wire::make_info(kind::int_), 4); // 1: five bits from bit 3 of its word on
    out.words({0x0003'0005});
    out.record("_Bool", wire::make_info(kind::int_), 1); // 2
    out.words({0x0400'0001});
    out.record("old", wire::make_info(kind::struct_, 2), 8); // 3
    out.named("field", 1, 32);
    out.named("flag", 2, 8);
    built old{out};
    auto const field = member_at(old.index(), type_id{3}, "field");
    REQUIRE(field);
    CHECK(field->bit_offset == 35);
    CHECK(field->bitfield_width == 5);
    CHECK(field->size == 4);
    auto const flag = member_at(old.index(), type_id{3}, "flag");
    REQUIRE(flag);
    CHECK(flag->bitfield_width == 0);
}

TEST_CASE("btf member_at: a member without size is a fault of its own") {
    blob_builder out{std::endian::native};
    out.record("outer", wire::make_info(kind::struct_, 2), 8); // 1
    out.named("opaque", 2, 0);
    out.named("round", 3, 0);
    out.record("hidden", wire::make_info(kind::fwd), 0); // 2
    out.record("round", wire::make_info(kind::typedef_), 3);
    built blob{out};
    CHECK(member_at(blob.index(), type_id{1}, "opaque").error().why == reason::no_size);
    CHECK(member_at(blob.index(), type_id{1}, "round").error().why == reason::chain_too_long);
    int visits = 0;
    auto const visited = for_each_member(blob.index(), type_id{1}, [&](btf::located_member const&) { ++visits; });
    CHECK(visited.error().why == reason::no_size);
    CHECK(visits == 0);
    CHECK(for_each_member(blob.index(), type_id{2}, [](auto const&) {}).error().why == reason::not_a_composite);
}

TEST_CASE("btf member_at: bpf_attr of the running kernel") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(no_kernel_btf);
    auto const attr = find(kernel->view(), kind::union_, "bpf_attr");
    REQUIRE(attr);

    struct row {
        std::string_view path;
        std::uint64_t offset, size;
        std::string_view type;
    };
    for (row const& expected : {
             row{"map_type", 0, 4, "__u32"},
             row{"map_name", 28, 16, ""},
             row{"map_fd", 0, 4, "__u32"},
             row{"next_key", 16, 8, "__u64"},
             row{"flags", 24, 8, "__u64"},
             row{"batch", 0, 56, ""},
             row{"batch.elem_flags", 40, 8, "__u64"},
             row{"prog_type", 0, 4, "__u32"},
             row{"log_true_size", 140, 4, "__u32"},
             row{"test.ctx_in", 48, 8, "__u64"},
             row{"info.info", 8, 8, "__u64"},
             row{"link_create.target_fd", 4, 4, "__u32"},
             row{"link_create.tracing.cookie", 24, 8, "__u64"},
             row{"link_create.uprobe_multi.path", 16, 8, "__u64"},
             row{"link_create.uprobe_multi.pid", 56, 4, "__u32"},
         }) {
        CAPTURE(expected.path);
        auto const found = member_at(kernel->index(), attr->id(), expected.path);
        if (!found && found.error().why == reason::no_such_member) continue; // an older kernel
        REQUIRE(found);
        CHECK(found->offset() == expected.offset);
        CHECK(found->size == expected.size);
        CHECK(found->bitfield_width == 0);
        CHECK(kernel->index().type(found->type).name() == expected.type);
    }
    CHECK(member_at(kernel->index(), attr->id(), "map_type"));
    CHECK(member_at(kernel->index(), attr->id(), "uprobe_multi").error().why == reason::no_such_member);

    auto const insn = find(kernel->view(), kind::struct_, "bpf_insn");
    REQUIRE(insn);
    auto const source = member_at(kernel->index(), insn->id(), "src_reg");
    REQUIRE(source);
    CHECK(source->bit_offset == 12);
    CHECK(source->bitfield_width == 4);

    // Each member that the walk visits is the one that its name finds; in C no two may have the same name.
    auto const visited = for_each_member(kernel->index(), attr->id(), [&](btf::located_member const& member) {
        CAPTURE(member.name);
        auto const again = member_at(kernel->index(), attr->id(), member.name);
        CHECK(again);
        CHECK(again->bit_offset == member.bit_offset);
        CHECK(again->type == member.type);
    });
    REQUIRE(visited);
    CHECK(*visited > 40);
}

TEST_CASE("btf member_at: every struct of the running kernel can be walked") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(no_kernel_btf);
    std::uint64_t members = 0;
    for (btf::type const type : kernel->view().types()) {
        if (!type.is_composite()) continue;
        auto const visited = for_each_member(kernel->index(), type.id(), [&](btf::located_member const& member) {
            ++members;
            std::uint64_t const bits = member.bitfield_width != 0 ? member.bitfield_width : member.size * 8;
            if (member.bit_offset + bits > type.size() * 8ULL)
                FAIL_CHECK(type.name(), ".", member.name, " lies outside");
        });
        INFO(number(type.id()), " ", type.name(), ": ", sentence(visited.error().why));
        REQUIRE(visited);
    }
    CHECK(members > 10'000);
}

} // namespace
