// Programs in the place of another program's functions.
#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/map/program_array.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "link/traced.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr btf::type_id function{5};

/// int FUNCTION(struct xdp_md *), or with another context's type; global, as only such functions are replaced.
consteval auto types_of(char const* name, char const* context) {
    btf::builder<256, 128> made;
    auto const number = made.int_("int", 4, btf::int_encoding::is_signed);
    auto const md = made.struct_(context, 4, {{"data", number, 0}});
    auto const pointer = made.ptr(md);
    auto const prototype = made.func_proto(number, {{"ctx", pointer}});
    if (made.func(name, prototype, btf::linkage::global) != function) ill_formed("the function is not type 5");
    return made.finish();
}
constexpr auto types_of_target = types_of("target", "xdp_md");
constexpr auto types_of_extension = types_of("extension", "xdp_md");
constexpr auto types_of_stranger = types_of("stranger", "__sk_buff");

constexpr std::array<sys::info::func_info, 1> starts{{{0, btf::number(function)}}};
template <std::uint32_t Verdict>
constexpr auto giving = assemble(mov(r0, Verdict), insn::exit());

constexpr std::uint32_t dropped = 1, passed = 2;

template <class Types>
owned_fd<kind::btf> loaded_types(Types const& types) {
    return *btf::load(types);
}

xdp_program make_target() {
    auto const types = loaded_types(types_of_target);
    auto made = xdp_program::load(
        {.insns = giving<passed>, .license = "GPL", .name = "target", .btf = types, .func_info = starts});
    REQUIRE(made);
    return *std::move(made);
}

result<ext_program> make_extension(xdp_program const& target,
                                   std::span<std::byte const> own_types = types_of_extension) {
    auto const types = *btf::load(own_types);
    return ext_program::load({.insns = giving<dropped>,
                              .license = "GPL",
                              .name = "extension",
                              .attach_btf_id = function,
                              .attach_target = target.fd(),
                              .btf = types,
                              .func_info = starts});
}

/// Nothing where this kernel forbids it, which was said then.
std::optional<ext_program> try_extension(xdp_program const& target) {
    auto made = make_extension(target);
    if (made) return *std::move(made);
    INFO(std::string{describe(made.error()).view()});
    REQUIRE(made.error() == error{errc::eperm, command::prog_load});
    support::skip(traced::forbidden);
    return std::nullopt;
}

std::uint32_t gives(xdp_program const& program) {
    std::byte packet[64]{};
    auto const ran = test_run(program, {.data = packet});
    REQUIRE(ran);
    return ran->retval;
}

} // namespace

TEST_CASE("an extension stands in for its target's function while the link lives") {
    auto const target = make_target();
    auto extension = try_extension(target);
    if (!extension) return;
    CHECK(gives(target) == passed);
    {
        auto const link = extension->attach(ext_hook{});
        REQUIRE(link);
        CHECK(gives(target) == dropped);
        support::fired("ext", "ext_hook");

        auto const info = link->info();
        REQUIRE(info);
        CHECK(info->program == *extension->id());
        CHECK(info->attach_type == attach_type{});
        CHECK(info->target_object == static_cast<std::uint32_t>(*target.id()));
        CHECK(info->target_function == function);

        extension.reset();
        CHECK(gives(target) == dropped);
    }
    CHECK(gives(target) == passed);
}

TEST_CASE("the older call attaches it as well") {
    auto const target = make_target();
    auto const extension = try_extension(target);
    if (!extension) return;
    {
        auto const link = extension->attach(tracing_hook_without_cookie{});
        REQUIRE(link);
        CHECK(gives(target) == dropped);
        support::fired("ext", "tracing_hook_without_cookie");
    }
    CHECK(gives(target) == passed);
}

TEST_CASE("one extension for several targets") {
    auto const first = make_target();
    auto const second = make_target();
    auto const extension = try_extension(first);
    if (!extension) return;
    {
        auto const at_second = extension->attach(ext_hook{.target = second.fd(), .function = function, .cookie = 9});
        REQUIRE(at_second);
        CHECK(gives(first) == passed);
        CHECK(gives(second) == dropped);
        CHECK(at_second->info()->target_object == static_cast<std::uint32_t>(*second.id()));
        auto const told = at_second->info()->cookie;
        if (told) CHECK(*told == 9);

        auto const at_first = extension->attach(ext_hook{.target = first.fd(), .function = function});
        REQUIRE(at_first);
        CHECK(gives(first) == dropped);
    }
    CHECK(gives(first) == passed);
    CHECK(gives(second) == passed);
}

TEST_CASE("what was attached and closed is attached again by naming the target") {
    auto const target = make_target();
    auto const extension = try_extension(target);
    if (!extension) return;
    error const refused{errc::einval, command::link_create};
    CHECK(extension->attach(ext_hook{}));
    CHECK(extension->attach(ext_hook{}).error() == refused);
    CHECK(gives(target) == passed);
    CHECK(extension->attach(ext_hook{.target = target.fd()}).error() == refused);
    CHECK(extension->attach(ext_hook{.function = function}).error() == refused);
    auto const link = extension->attach(ext_hook{.target = target.fd(), .function = function});
    REQUIRE(link);
    CHECK(gives(target) == dropped);
}

TEST_CASE("a function is replaced by one extension at a time") {
    auto const target = make_target();
    auto const first = try_extension(target);
    if (!first) return;
    auto const second = make_extension(target);
    REQUIRE(second);
    auto const link = first->attach(ext_hook{});
    REQUIRE(link);
    CHECK(second->attach(ext_hook{}).error() == error{errc::ebusy, command::link_create});
    CHECK(second->attach(tracing_hook_without_cookie{}).error() == error{errc::ebusy, command::raw_tracepoint_open});
    CHECK(gives(target) == dropped);
}

TEST_CASE("an extended program is no tail call's target, and one that is cannot be extended") {
    auto const target = make_target();
    auto const extension = try_extension(target);
    if (!extension) return;
    auto const programs = program_array<program_kind::xdp>::create({.max_entries = 1});
    REQUIRE(programs);
    {
        auto const link = extension->attach(ext_hook{});
        REQUIRE(link);
        auto const updated = programs->update(0, target);
        if (updated) return support::skip("this kernel lets extended programs be called (before Linux 6.11)");
        CHECK(updated.error() == error{errc::ebusy, command::map_update_elem});
    }
    REQUIRE(programs->update(0, target));
    CHECK(extension->attach(ext_hook{.target = target.fd(), .function = function}).error() ==
          error{errc::ebusy, command::link_create});
}

TEST_CASE("what does not fit is refused while loading") {
    auto const target = make_target();
    auto const extension = try_extension(target);
    if (!extension) return;
    error const refused{errc::einval, command::prog_load};
    CHECK(make_extension(target, types_of_stranger).error() == refused);
    auto const without_types = ext_program::load(
        {.insns = giving<dropped>, .license = "GPL", .attach_btf_id = function, .attach_target = target.fd()});
    CHECK(without_types.error() == refused);
    auto const types = loaded_types(types_of_extension);
    auto const of_nothing = ext_program::load(program_options{
        .insns = giving<dropped>, .license = "GPL", .attach_btf_id = function, .btf = types, .func_info = starts});
    CHECK(of_nothing.error() == refused);
}
