// What externs are resolved to, and what becomes of the instructions that name them.
// SPDX-License-Identifier: BSL-1.0

#include "kernel_externs.hpp"

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/find.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace object_test;
using object::extern_answer;
using object::extern_source;
using object::patch;
using object::reason;
using object::resolved_extern;
using object::target_kind;

TEST_CASE("object externs: what each object needs of the kernel") {
    auto const needs = [](char const* name) {
        committed of{name};
        for (resolved_extern& one : of.found) one.is_set = true; // of an earlier load
        auto const made = object::begin_externs(of.types(), of.externs(), of.found);
        REQUIRE(made);
        for (resolved_extern const& one : of.found) CHECK_FALSE(one.is_set);
        return *made;
    };
    CHECK(needs("kconfig.bpf.o") == object::extern_needs{.kconfig = true, .options = true});
    CHECK(needs("kfuncs.bpf.o") == object::extern_needs{.types = true});
    CHECK(needs("ksyms_typed.bpf.o") == object::extern_needs{.types = true});
    CHECK(needs("ksyms_typeless.bpf.o") == object::extern_needs{.symbols = true});
    CHECK(needs("minimal.bpf.o") == object::extern_needs{});
}

TEST_CASE("object externs: options have their places in the map, in the order of alignment, size and name") {
    committed of{"kconfig.bpf.o"};
    REQUIRE(object::begin_externs(of.types(), of.externs(), of.found));
    for (auto const& [name, place] : {std::pair{"CONFIG_NR_CPUS", 0},
                                      {"CONFIG_BPF_JIT", 8},
                                      {"CONFIG_HZ", 12},
                                      {"CONFIG_NOT_THERE", 16},
                                      {"LINUX_KERNEL_VERSION", 20},
                                      {"CONFIG_BPF_SYSCALL", 24},
                                      {"CONFIG_NET", 25},
                                      {"LINUX_HAS_BPF_COOKIE", 26},
                                      {"LINUX_HAS_SYSCALL_WRAPPER", 27},
                                      {"CONFIG_CC_VERSION_TEXT", 28},
                                      {"CONFIG_NOT_THERE_EITHER", 34},
                                      {"CONFIG_DEFAULT_HOSTNAME", 42}}) {
        CAPTURE(name);
        CHECK(of.answer(name) ==
              resolved_extern{.how = extern_answer::kconfig, .place = static_cast<std::uint64_t>(place)});
    }
}

TEST_CASE("object externs: one that is not weak has to be found") {
    committed of{"kfuncs.bpf.o"};
    for (resolved_extern& one : of.found) one.is_set = true;
    CHECK(object::check_externs(of.externs(), of.found).why == reason::none);
    of.found[of.number("bpf_no_such_function")].is_set = false;
    CHECK(object::check_externs(of.externs(), of.found).why == reason::none);
    of.found[of.number("bpf_task_release")].is_set = false;
    of.found[of.number("bpf_task_acquire")].is_set = false;
    auto const problem = object::check_externs(of.externs(), of.found);
    CHECK(problem.why == reason::extern_not_found);
    CHECK(problem.name == "bpf_task_acquire");
}

/// The object's side: functions and variables that it declares.
struct declared {
    btf::builder<2048, 1024> to{};
    btf::type_id integer = to.int_("int", 4, btf::int_encoding::is_signed);
    btf::type_id wide = to.int_("long long unsigned int", 8);
    btf::type_id record = to.struct_("record", 4, {{"member", integer}});
    std::vector<object::extern_symbol> externs{};

    void function(std::string_view name, btf::type_id prototype, bool weak = false) {
        externs.push_back({.name = name,
                           .from = extern_source::kfunc,
                           .weak = weak,
                           .type = to.func(name, prototype, btf::linkage::extern_)});
    }
    void variable(std::string_view name, btf::type_id type, bool weak = false) {
        externs.push_back({.name = name,
                           .from = extern_source::ksym,
                           .weak = weak,
                           .type = to.var(name, type, btf::linkage::extern_),
                           .size = 4});
    }
};

/// Resolved against types that a test gives.
struct resolved {
    template <class Blob>
    resolved(declared& from, Blob const& kernel, std::vector<std::string_view> modules = {}) {
        auto const blob = from.to.finish();
        bytes.assign(blob.text());
        auto const view = btf::view::parse(bytes);
        REQUIRE(view);
        std::vector<std::uint32_t> offsets(view->index_size());
        auto const types = *view->index(offsets);
        modules.insert(modules.begin(), kernel.text());
        kernel_blobs blobs{modules};
        found.resize(from.externs.size());
        auto const needs = object::begin_externs(types, from.externs, found);
        REQUIRE(needs);
        needs_types = needs->types;
        problem = blobs.find(types, from.externs, found);
    }
    std::string bytes;
    std::vector<resolved_extern> found;
    object::malformed problem;
    bool needs_types = false;
};

/// The kernel's side.
struct kernel_types {
    btf::builder<2048, 1024> to{};
    btf::type_id integer = to.int_("int", 4, btf::int_encoding::is_signed);
    btf::type_id number = to.typedef_("number_t", to.const_(to.int_("long unsigned int", 8)));
    btf::type_id record = to.struct_("record", 8, {{"first", integer}, {"member", integer, 32}});
};

TEST_CASE("object externs: a function is found by its name, with the kinds of its parameters and of its answer") {
    kernel_types kernel;
    auto const pointer = kernel.to.ptr(kernel.record);
    auto const take = kernel.to.func("take", kernel.to.func_proto(pointer, {{"r", pointer}, {"n", kernel.number}}));
    auto const blob = kernel.to.finish();

    auto const ask = [&](auto prototype, bool weak = false) {
        declared of;
        of.function("take", prototype(of.to, of), weak);
        return resolved{of, blob};
    };
    auto const same = ask([](auto& to, declared& of) {
        auto const own = to.ptr(of.record);
        return to.func_proto(own, {{"", own}, {"", of.wide}});
    });
    CHECK(same.needs_types);
    CHECK(same.problem.why == reason::none);
    CHECK(same.found[0] == resolved_extern{.how = extern_answer::type, .is_set = true, .type = take});

    auto const fewer = [](auto& to, declared& of) { return to.func_proto(to.ptr(of.record), {{"", of.wide}}); };
    auto const refused = ask(fewer);
    CHECK(refused.problem.why == reason::extern_type_differs);
    CHECK(refused.problem.name == "take");
    CHECK(refused.found[0] == resolved_extern{});
    // A weak one is absent then.
    CHECK(ask(fewer, true).problem.why == reason::none);
    CHECK(ask(fewer, true).found[0] == resolved_extern{});

    auto const other_kind =
        ask([](auto& to, declared& of) { return to.func_proto(to.ptr(of.record), {{"", of.wide}, {"", of.wide}}); });
    CHECK(other_kind.problem.why == reason::extern_type_differs);
    auto const other_answer =
        ask([](auto& to, declared& of) { return to.func_proto(of.integer, {{"", to.ptr(of.record)}, {"", of.wide}}); });
    CHECK(other_answer.problem.why == reason::extern_type_differs);
}

TEST_CASE("object externs: a function may be declared several times, a variable may not") {
    kernel_types kernel;
    auto const take = kernel.to.func("take", kernel.to.func_proto(btf::void_id, {{"n", kernel.integer}}));
    auto const other = kernel.to.func("take___kernel", kernel.to.func_proto(btf::void_id, {{"n", kernel.integer}}));
    kernel.to.var("count", kernel.integer, btf::linkage::global);
    auto const blob = kernel.to.finish();
    declared of;
    of.function("take___one", of.to.func_proto(btf::void_id, {{"", of.integer}}));
    of.function("take___other", of.to.func_proto(btf::void_id, {{"", of.record}}), true);
    of.function("take", of.to.func_proto(btf::void_id, {{"", of.wide}}));
    of.variable("count___one", of.integer, true);
    resolved const made{of, blob};
    CHECK(made.problem.why == reason::none);
    CHECK(made.found[0].type == take);
    CHECK(made.found[0].type != other);
    CHECK_FALSE(made.found[1].is_set);
    CHECK(made.found[2].type == take);
    CHECK_FALSE(made.found[3].is_set);
}

TEST_CASE("object externs: a variable is found by its name, and has to be of its kind") {
    kernel_types kernel;
    auto const count = kernel.to.var("count", kernel.to.const_(kernel.integer), btf::linkage::global);
    auto const queue = kernel.to.var("queue", kernel.record, btf::linkage::global);
    kernel.to.func("function", kernel.to.func_proto(btf::void_id, {}));
    auto const blob = kernel.to.finish();
    {
        declared of;
        of.variable("count", of.to.const_(of.to.volatile_(of.integer)));
        of.variable("queue", of.record);
        of.variable("function", of.integer, true); // of another kind in the kernel
        of.variable("missing", of.record);         // left to check_externs
        resolved const made{of, blob};
        CHECK(made.problem.why == reason::none);
        CHECK(made.found[0] == resolved_extern{.how = extern_answer::type, .is_set = true, .type = count});
        CHECK(made.found[1].type == queue);
        CHECK(made.found[2] == resolved_extern{});
        CHECK(made.found[3] == resolved_extern{});
    }
    for (bool const weak : {false, true}) {
        // Not even a weak one may have another type.
        declared of;
        of.variable("count", of.record, weak);
        resolved const made{of, blob};
        CHECK(made.problem.why == reason::extern_type_differs);
        CHECK(made.problem.name == "count");
    }
    {
        // Without a type it is not looked for here.
        declared of;
        of.variable("count", of.to.const_(btf::void_id));
        resolved const made{of, blob};
        CHECK_FALSE(made.needs_types);
        CHECK(made.problem.why == reason::none);
        CHECK(made.found[0] == resolved_extern{});
    }
}

/// Split BTF: a variable and a function on top of a kernel's types, written by hand.
std::string module_blob(std::string_view base_strings, std::uint32_t integer, std::string_view name) {
    std::string strings{'\0'};
    strings += name;
    strings += '\0';
    std::uint32_t const name_at = static_cast<std::uint32_t>(base_strings.size()) + 1;
    std::vector<std::uint32_t> const words{name_at, 14U << 24, integer, 1};
    std::string blob;
    auto const put = [&](std::uint32_t word) { blob.append(reinterpret_cast<char const*>(&word), 4); };
    auto const types = static_cast<std::uint32_t>(4 * words.size());
    for (std::uint32_t const word : {0x0001'eb9fU, 24U, 0U, types, types, static_cast<std::uint32_t>(strings.size())})
        put(word);
    for (std::uint32_t const word : words) put(word);
    return blob + strings;
}

TEST_CASE("object externs: what the kernel lacks is looked for in modules, and the first one counts") {
    kernel_types kernel;
    auto const in_both = kernel.to.var("in_both", kernel.integer, btf::linkage::global);
    auto const blob = kernel.to.finish();
    auto const view = btf::view::parse(blob.text());
    REQUIRE(view);
    std::string_view const strings = view->strings().own();
    std::uint32_t const integer = btf::number(kernel.integer);
    std::string const first = module_blob(strings, integer, "in_both");
    std::string const second = module_blob(strings, integer, "in_module");
    std::string const third = module_blob(strings, integer, "in_module");
    declared of;
    of.variable("in_both", of.integer);
    of.variable("in_module", of.integer);
    resolved const made{of, blob, {first, second, third}};
    CHECK(made.problem.why == reason::none);
    CHECK(made.found[0].type == in_both);
    CHECK(made.found[0].source == 0);
    CHECK(made.found[1].source == 2);
    CHECK(btf::number(made.found[1].type) == 1 + view->type_count());
}

// Patches.

constexpr insn::instruction load_low{insn::wide_opcode, 0x02, 0, 7};
constexpr insn::instruction load_high{0, 0, 0, 9};
constexpr insn::instruction call{0x85, 0x20, 0, -1};

struct patched {
    std::array<insn::instruction, 3> code{load_low, load_high, call};
    object::malformed problem{};

    explicit patched(resolved_extern const& with, patch where, object::extern_places const& places = {}) {
        object::extern_symbol const one{.name = "it"};
        problem = object::patch_externs(code, std::span{&where, 1}, std::span{&one, 1}, std::span{&with, 1}, places);
    }
    [[nodiscard]] bool loads(std::uint8_t kind, std::uint32_t low, std::uint32_t high) const {
        return code[0] == insn::instruction{insn::wide_opcode, static_cast<std::uint8_t>(kind << 4 | 2), 0,
                                            static_cast<std::int32_t>(low)} &&
               code[1] == insn::instruction{0, 0, 0, static_cast<std::int32_t>(high)} && code[2] == call;
    }
    [[nodiscard]] bool calls(std::uint8_t kind, std::int16_t module, std::int32_t what) const {
        return code[0] == load_low && code[1] == load_high &&
               code[2] == insn::instruction{0x85, static_cast<std::uint8_t>(kind << 4), module, what};
    }
    [[nodiscard]] bool is_untouched() const { return code == decltype(code){load_low, load_high, call}; }
};

constexpr resolved_extern in_kernel{.how = extern_answer::type, .is_set = true, .type = btf::type_id{70000}};
constexpr resolved_extern in_module{
    .how = extern_answer::type, .is_set = true, .source = 2, .type = btf::type_id{130000}};
constexpr int module_fds[] = {11, 12};
constexpr object::extern_places places{.kconfig_map = 3, .first_module = 5, .modules = module_fds};

TEST_CASE("object externs: loads of addresses") {
    patch const load{.instruction = 0, .kind = target_kind::extern_variable};
    patch const inside{.instruction = 0, .kind = target_kind::extern_variable, .addend = 4};
    resolved_extern const option{.how = extern_answer::kconfig, .is_set = true, .place = 24};
    CHECK(patched{option, load, places}.loads(6, 3, 24));
    CHECK(patched{option, inside, places}.loads(6, 3, 28));
    resolved_extern const symbol{.how = extern_answer::address, .is_set = true, .place = 0xffff'ffff'828c'4000};
    CHECK(patched{symbol, load, places}.loads(0, 0x828c'4000, 0xffff'ffff));
    CHECK(patched{symbol, inside, places}.loads(0, 0x828c'4004, 0xffff'ffff));
    CHECK(patched{in_kernel, load, places}.loads(3, 70000, 0));
    CHECK(patched{in_module, load, places}.loads(3, 130000, 12));
    CHECK(patched{resolved_extern{}, load, places}.loads(0, 0, 0));
    CHECK(patched{resolved_extern{}, inside, places}.loads(0, 0, 0));
    // The address of a function.
    patch const function{.instruction = 0, .kind = target_kind::extern_function};
    CHECK(patched{in_kernel, function, places}.loads(3, 70000, 0));
    CHECK(patched{resolved_extern{}, function, places}.loads(0, 0, 0));

    patched const nowhere{in_kernel, inside, places};
    CHECK(nowhere.problem.why == reason::addend_too_large);
    CHECK(nowhere.problem.name == "it");
    CHECK(nowhere.is_untouched());
}

TEST_CASE("object externs: calls of functions") {
    patch const at{.instruction = 2, .kind = target_kind::extern_function};
    CHECK(patched{in_kernel, at, places}.calls(2, 0, 70000));
    CHECK(patched{in_module, at, places}.calls(2, 6, 130000));
    CHECK(patched{resolved_extern{}, at, places}.calls(0, 0, 2'002'000'000));
    resolved_extern const address{.how = extern_answer::address, .is_set = true, .place = 0x1000};
    CHECK(patched{address, at, places}.calls(0, 0, 2'002'000'000)); // what is no function of BTF cannot be called
    // More than 32767 descriptors cannot be named by an instruction.
    object::extern_places const last{.first_module = 32766, .modules = module_fds};
    CHECK(patched{in_module, at, last}.calls(2, 32767, 130000));
    object::extern_places const beyond{.first_module = 32767, .modules = module_fds};
    CHECK(patched{in_module, at, beyond}.problem.why == reason::extern_not_found);
}

TEST_CASE("object externs: patches that do not fit the program change nothing") {
    auto const refused = [](patch where, resolved_extern const& with = in_kernel,
                            object::extern_places const& with_places = places) {
        patched const made{with, where, with_places};
        CHECK(made.is_untouched());
        return made.problem.why;
    };
    CHECK(refused({.instruction = 3, .kind = target_kind::extern_function}) == reason::relocation_place);
    CHECK(refused({.instruction = 1, .kind = target_kind::extern_function}) == reason::relocated_call);
    CHECK(refused({.instruction = 2, .kind = target_kind::extern_variable}) == reason::relocated_load);
    CHECK(refused({.instruction = 0, .kind = target_kind::extern_variable, .index = 1}) == reason::no_such_extern);
    CHECK(refused({.instruction = 0, .kind = target_kind::extern_variable}, in_module, {}) == reason::extern_not_found);
    CHECK(refused({.instruction = 2, .kind = target_kind::extern_function}, in_module, {}) == reason::extern_not_found);
    object::extern_places const fewer{.modules = std::span{module_fds}.first(1)};
    CHECK(refused({.instruction = 0, .kind = target_kind::extern_variable}, in_module, fewer) ==
          reason::extern_not_found);
    CHECK(refused({.instruction = 2, .kind = target_kind::extern_function}, in_module, fewer) ==
          reason::extern_not_found);
    CHECK(refused({.instruction = 0, .kind = target_kind::map}) == reason::none);
    CHECK(refused({.instruction = 9, .kind = target_kind::map_value, .index = 9}) == reason::none);

    // A load that is cut in two by the end.
    std::array code{load_low};
    patch const at{.instruction = 0, .kind = target_kind::extern_variable};
    object::extern_symbol const one{.name = "it"};
    CHECK(object::patch_externs(code, std::span{&at, 1}, std::span{&one, 1}, std::span{&in_kernel, 1}, places).why ==
          reason::relocation_place);
}

TEST_CASE("object externs: patches of externs that there are not, or of which nothing is known") {
    patch const at{.instruction = 0, .kind = target_kind::extern_function, .index = 1};
    object::extern_symbol const names[2]{{.name = "one"}, {.name = "other"}};
    resolved_extern const found[2]{};
    std::array code{call};
    auto const why = [&](std::size_t externs, std::size_t answers) {
        return object::patch_externs(code, std::span{&at, 1}, std::span{names}.first(externs),
                                     std::span{found}.first(answers), places)
            .why;
    };
    CHECK(why(1, 2) == reason::no_such_extern);
    CHECK(why(2, 1) == reason::no_such_extern);
    CHECK(code[0] == call);
    CHECK(why(2, 2) == reason::none);
}

TEST_CASE("object externs: absent functions beyond a million share a number") {
    for (std::uint32_t const number : {999'999U, 1'000'000U, 1'000'001U, ~0U}) {
        std::array code{call};
        object::detail::extern_patcher const patcher{code, places};
        CHECK(patcher.apply({.kind = target_kind::extern_function, .index = number}, {}) == reason::none);
        CHECK(code[0].imm == (number < 1'000'000 ? 2'002'999'999 : 2'003'000'000));
    }
}

TEST_CASE("object externs: which programs have to be changed") {
    std::array<patch, 2> patches{patch{.kind = target_kind::map}, patch{.kind = target_kind::map_value}};
    CHECK_FALSE(object::uses_externs(patches));
    patches[1].kind = target_kind::extern_variable;
    CHECK(object::uses_externs(patches));
    patches[1].kind = target_kind::extern_function;
    CHECK(object::uses_externs(patches));
    CHECK_FALSE(object::uses_externs({}));
}

TEST_CASE("object externs: absent functions are told by their numbers") {
    object::extern_symbol const names[2]{{.name = "one"}, {.name = "other"}};
    resolved_extern const found[2]{};
    std::array code{call};
    patch const at{.kind = target_kind::extern_function, .index = 1};
    CHECK(object::patch_externs(code, std::span{&at, 1}, names, found, {}).why == reason::none);
    CHECK(code[0].imm == 2'002'000'001);
    CHECK(object::called_absent_function("0: (85) call unknown#2002000001\ninvalid func unknown#2002000001\n") == 1);
    CHECK(object::called_absent_function("invalid func unknown#2002000007") == 7);
    CHECK(object::called_absent_function("invalid func unknown#1\ninvalid func unknown#2002000007") == 7);
    for (std::string_view const log :
         {"", "invalid func unknown#", "invalid func unknown#195896080", "invalid func unknown#2003000000",
          "invalid func unknown#2001999999", "invalid func unknown#99999999999999999999", "unknown#2002000001",
          "invalid func unknown#18446744075711551617"})
        CHECK_FALSE(object::called_absent_function(log).has_value());
}

TEST_CASE("object externs: too little room") {
    committed of{"kfuncs.bpf.o"};
    of.found.pop_back();
    CHECK(object::begin_externs(of.types(), of.externs(), of.found).error().why == reason::storage_too_small);
}

TEST_CASE("object externs: an option in a variable that can hold none") {
    declared of;
    auto const bad = of.to.var("CONFIG_BAD", of.record, btf::linkage::extern_);
    auto const good = of.to.var("LINUX_GOOD", of.integer, btf::linkage::extern_);
    of.to.type_tag(".kconfig", of.integer); // of the section's name, and no section
    of.to.datasec(".kconfig", 0, {{bad, 0, 4}, {good, 0, 4}});
    auto const blob = of.to.finish();
    auto const view = btf::view::parse(blob.text());
    REQUIRE(view);
    std::vector<std::uint32_t> offsets(view->index_size());
    auto const types = *view->index(offsets);
    std::vector<object::extern_symbol> externs{
        {.name = "LINUX_GOOD", .from = extern_source::kconfig, .type = good, .size = 4}};
    std::vector<resolved_extern> found(2);
    auto const needs = object::begin_externs(types, externs, found);
    REQUIRE(needs);
    CHECK(*needs == object::extern_needs{.kconfig = true});
    externs.push_back({.name = "CONFIG_BAD", .from = extern_source::kconfig, .weak = true, .type = bad, .size = 4});
    auto const problem = object::begin_externs(types, externs, found).error();
    CHECK(problem.why == reason::extern_type_unsupported);
    CHECK(problem.name == "CONFIG_BAD");
}

TEST_CASE("object externs: only what has a type needs a root") {
    kernel_types kernel;
    kernel.to.var("nothing", kernel.integer, btf::linkage::global);
    auto const kernel_blob = kernel.to.finish();
    declared of;
    of.variable("nothing", btf::void_id);
    of.externs.push_back({.name = "CONFIG_HZ",
                          .from = extern_source::kconfig,
                          .type = of.to.var("CONFIG_HZ", of.to.const_(btf::void_id), btf::linkage::extern_)});
    auto const blob = of.to.finish();
    auto const view = btf::view::parse(blob.text());
    REQUIRE(view);
    std::vector<std::uint32_t> offsets(view->index_size());
    auto const types = *view->index(offsets);
    CHECK(object::is_typeless(types, of.externs[0]));
    CHECK_FALSE(object::is_typeless(types, of.externs[1])); // options are no variables of the kernel

    core::candidates nothing{{}, {}};
    CHECK(object::note_typed_externs(types, of.externs, nothing).why == core::reason::none);
    of.externs[1].from = extern_source::kfunc;
    CHECK(object::note_typed_externs(types, of.externs, nothing).why == core::reason::too_few_roots);

    // Even where something else asks for what is called so.
    std::array<core::root, 1> roots{};
    std::array<core::candidate, 4> room{};
    std::array<std::uint32_t, 4> checkpoints{};
    core::candidates wanted{roots, room};
    std::array const asked{
        core::core_relo{.type_id = btf::number(of.externs[0].type), .kind = core::core_relo_kind::type_exists}};
    REQUIRE(wanted.add(types, asked).why == core::reason::none);
    wanted.ready();
    auto target = *core::target::open(kernel_blob.text());
    REQUIRE(target.index(checkpoints, wanted).why == core::reason::none);
    CHECK(wanted.candidate_count() == 1);
    std::array<resolved_extern, 1> found{};
    CHECK(object::find_typed_externs(types, std::span{of.externs}.first(1), wanted, {&target, 1}, found).why ==
          reason::none);
    CHECK(found[0] == resolved_extern{});
}

TEST_CASE("object externs: a kernel's BTF that is wrong where it is looked at") {
    kernel_types kernel;
    kernel.to.func("take", kernel.to.func_proto(btf::void_id, {{"n", kernel.integer}}));
    auto const blob = kernel.to.finish();
    std::string text{blob.text()};
    // The function's prototype becomes a type that there is not.
    struct damaged {
        std::string bytes;
        [[nodiscard]] std::string_view text() const { return bytes; }
    };
    auto const view = btf::view::parse(text);
    REQUIRE(view);
    auto const function = btf::find(*view, btf::kind::func, "take");
    REQUIRE(function.has_value());
    text[view->position_of(*function) + 8] = 99;
    declared of;
    of.function("take", of.to.func_proto(btf::void_id, {{"", of.integer}}), true);
    resolved const made{of, damaged{text}};
    CHECK(made.problem.why == reason::types);
    CHECK_FALSE(made.found[0].is_set);
}

TEST_CASE("object externs: an extern that is nothing") {
    committed of{"kconfig.bpf.o"};
    object::extern_symbol one = of.externs()[0];
    resolved_extern found{};
    auto const begin = [&] {
        return object::begin_externs(of.types(), std::span{&one, 1}, std::span{&found, 1}).error();
    };
    CHECK(begin().why == reason::none);
    one.type = btf::void_id;
    CHECK(begin().why == reason::extern_without_type);
    CHECK(begin().name == one.name);
    one.from = extern_source::unknown;
    CHECK(begin().why == reason::extern_without_type);
}

} // namespace
