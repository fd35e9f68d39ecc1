// What of BTF the running kernel takes, and that it takes what is written for it: whole, and with each feature missing.
// SPDX-License-Identifier: BSL-1.0

#include "../object/kernel_sample.hpp"
#include "kernel/support/skip.hpp"

#include <bpfxx/feature/btf.hpp>
#include <bpfxx/object/kernel_types.hpp>
#include <bpfxx/version.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <sys/utsname.h>
#include <vector>

namespace {

using namespace object_test;
using bpfxx::since;
using features = btf::kernel_features;

struct claim {
    char const* what;
    bool features::* has;
    since from;
};
constexpr claim claims[]{
    {"functions", &features::functions, {5, 0}},
    {"data_sections", &features::data_sections, {5, 2}},
    {"global_functions", &features::global_functions, {5, 6}},
    {"floats", &features::floats, {5, 13}},
    {"declaration_tags", &features::declaration_tags, {5, 16}},
    {"type_tags", &features::type_tags, {5, 17}},
    {"wide_enums", &features::wide_enums, {6, 0}},
    {"optional_sections", &features::optional_sections, {6, 9}},
    {"attributes", &features::attributes, {6, 15}},
};

since running() {
    utsname name{};
    uname(&name);
    unsigned major = 0;
    unsigned minor = 0;
    std::sscanf(name.release, "%u.%u", &major, &minor);
    return {static_cast<std::uint16_t>(major), static_cast<std::uint16_t>(minor)};
}

features probed() {
    auto const found = bpfxx::feature::btf();
    REQUIRE(found);
    return *found;
}

/// What the kernel says of an object's BTF, written for a kernel with these features; empty when it takes it.
std::string refusal(bytes const& file, features const& wanted) {
    opened const from{file};
    REQUIRE(from.valid());
    std::vector<char> blob(object::kernel_types_size(from.types()));
    auto const size = object::write_kernel_types(from.file(), wanted, blob);
    if (!size) return std::string{object::sentence(size.error())};
    std::vector<char> log(1 << 22);
    auto const loaded = btf::load(std::as_bytes(std::span{blob}.first(*size)), {.log = log});
    if (loaded) return {};
    std::string const said{log.data()};
    return "refused: " + said.substr(said.size() > 400 ? said.size() - 400 : 0);
}

TEST_CASE("a kernel takes what its version promises") {
    auto const found = probed();
    for (claim const& each : claims) {
        std::string const line = std::string{each.what} + (found.*each.has ? ": yes" : ": no");
        MESSAGE(line);
        CAPTURE(each.what);
        if (running() >= each.from) CHECK(found.*each.has);
    }
}

TEST_CASE("every kind in one object, as this kernel takes it") {
    auto const found = probed();
    CHECK(refusal(kernel_sample(), found) == "");
    CHECK(refusal(attribute_sample(), found) == "");
}

TEST_CASE("each feature that this kernel lacks is one that it refuses") {
    auto const found = probed();
    // The features of one kind, each of which has its own place in the sample.
    for (claim const& each : claims) {
        if (found.*each.has) continue;
        auto wrong = found;
        wrong.*each.has = true;
        CAPTURE(each.what);
        CHECK((refusal(kernel_sample(), wrong) + refusal(attribute_sample(), wrong)) != "");
    }
}

TEST_CASE("what is written for older kernels is sound BTF for this one too") {
    for (claim const& each : claims) {
        auto less = probed();
        less.*each.has = false;
        CAPTURE(each.what);
        CHECK(refusal(kernel_sample(), less) == "");
        CHECK(refusal(attribute_sample(), less) == "");
    }
    features const nothing{false, false, false, false, false, false, false, false, false};
    CHECK(refusal(kernel_sample(), nothing) == "");
    CHECK(refusal(attribute_sample(), nothing) == "");
}

TEST_CASE("what the compiler wrote is refused as it is") {
    auto const file = kernel_sample();
    opened const from{file};
    auto const section = from.file().file.find(".BTF");
    REQUIRE(section);
    CHECK(!btf::load(std::as_bytes(std::span{section->contents()})));
}

TEST_CASE("the BTF of objects that clang made") {
    auto const folder = std::filesystem::path{__FILE__}.parent_path().parent_path() / "object";
    std::error_code problem;
    auto const found = probed();
    int count = 0;
    for (auto const& entry : std::filesystem::directory_iterator{folder, problem}) {
        if (entry.path().extension() != ".o") continue;
        std::ifstream stream{entry.path(), std::ios::binary};
        bytes const file{std::istreambuf_iterator<char>{stream}, {}};
        opened const from{file};
        REQUIRE(from.valid());
        if (from.file().types == nullptr || from.types().is_swapped()) continue;
        CAPTURE(entry.path());
        CHECK(refusal(file, found) == "");
        CHECK(refusal(file, {.data_sections = false, .floats = false, .wide_enums = false}) == "");
        ++count;
    }
    if (count == 0) return support::skip("the objects of the tests are not here");
    CHECK(count > 20);
}

} // namespace
