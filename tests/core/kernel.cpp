// The running kernel's types as an object's: every field that a program could have been compiled with is found where it
// is, and every type is itself.
// SPDX-License-Identifier: BSL-1.0

#include "../btf/running_kernel.hpp"
#include "object.hpp"

#include <bpfxx/core/patch.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using btf_test::running_kernel;
using enum core::core_relo_kind;

/// Split BTF without a type, on top of the kernel's: all it has is an access string.
struct with_text {
    std::string blob;
    btf::view view;
    std::vector<std::uint32_t> offsets;
    std::uint32_t text = 0;

    explicit with_text(btf::view const& base, std::string const& access)
        : text{static_cast<std::uint32_t>(base.strings().own().size())} {
        std::uint32_t const length = static_cast<std::uint32_t>(access.size()) + 1;
        for (std::uint32_t const word :
             {std::endian::native == std::endian::little ? 0x0001'eb9fU : 0xeb9f'0100U, 24U, 0U, 0U, 0U, length}) {
            blob.append(reinterpret_cast<char const*>(&word), 4);
        }
        blob += access + '\0';
        auto const parsed = btf::view::parse(blob, base);
        REQUIRE(parsed);
        view = *parsed;
        offsets.resize(view.index_size());
    }
    [[nodiscard]] btf::indexed_view types() { return *view.index(offsets); }
};

TEST_CASE("core kernel: types of the running kernel match themselves") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    with_text object{kernel->view(), "0"};
    btf::indexed_view const local = object.types();

    std::vector<core::core_relo> asked;
    std::uint32_t skipped = 0;
    for (btf::type const type : kernel->view().types()) {
        if (!type.is_composite() && !type.is_enum()) continue;
        if (type.is_anonymous() || ++skipped % 7 != 0) continue;
        for (auto const kind : {type_exists, type_size, type_matches, type_id_target}) {
            asked.push_back({0, number(type.id()), object.text, kind});
        }
    }
    std::vector<core::root> roots(asked.size());
    std::vector<core::candidate> room(8 * asked.size());
    std::vector<std::uint32_t> index(4096);
    core::candidates found{roots, room};
    REQUIRE(found.add(local, asked) == core::malformed{});
    found.ready();
    auto target = *core::target::open(kernel->blob());
    REQUIRE(target.index(index, found) == core::malformed{});
    CHECK(target.type_count() == kernel->view().type_count());
    CHECK(found.has_all());

    core::resolver with{local, found, {&target, 1}};
    std::size_t several = 0;
    for (core::core_relo const& one : asked) {
        auto const answer = with.resolve(one);
        if (!answer) {
            // Two different types of one name, as kernels have.
            CAPTURE(kernel->index().type(btf::type_id{one.type_id}).name());
            REQUIRE(answer.error().why == core::reason::ambiguous_value);
            ++several;
            continue;
        }
        REQUIRE(answer->is_found);
        if (one.kind == type_exists || one.kind == type_matches) REQUIRE(answer->new_value == 1);
        if (one.kind == type_id_target) REQUIRE(answer->new_value == one.type_id);
        if (one.kind == type_size) REQUIRE(answer->new_value == answer->old_value);
    }
    CHECK(asked.size() > 1000);
    CHECK(several < asked.size() / 10);
}

TEST_CASE("core kernel: an object whose types are of its own finds nothing of it") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    object from{folder() + "fields.bpf.o"};
    auto const made = relocate(from, kernel->blob());
    CHECK(made.roots == 25);
    CHECK(made.sections.size() == from.sections().size());
}

} // namespace
