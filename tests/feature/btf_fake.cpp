// What of BTF a kernel takes, as the kernel is asked.
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/feature/btf.hpp>

#include <bpfxx/btf/view.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <string_view>

namespace {

using namespace bpfxx;
using features = btf::kernel_features;

constexpr std::uint32_t btf_load = 18;

/// Answers each call in turn: 0 takes the blob.
struct answers {
    std::array<long, 10> all{};
    std::size_t next = 0;

    long operator()(fake::bpf_call& call) {
        CHECK(call.command == btf_load);
        std::string_view const blob{call.pointer<char>(0), call.field<std::uint32_t>(16)};
        CHECK(btf::view::parse(blob));
        long const answer = all.at(next++);
        return answer == 0 ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : answer;
    }
};

TEST_CASE("feature: every answer is of its own question") {
    using member = bool features::*;
    constexpr member members[]{&features::functions,  &features::data_sections,     &features::global_functions,
                               &features::floats,     &features::declaration_tags,  &features::type_tags,
                               &features::wide_enums, &features::optional_sections, &features::attributes};
    for (std::size_t missing = 0; missing != std::size(members); ++missing) {
        answers given;
        given.all[missing + 1] = -EINVAL;
        result<features> found = outcome::success(features{});
        {
            fake::kernel kernel{std::ref(given)};
            found = feature::btf();
        }
        REQUIRE(found);
        CHECK(given.next == 10);
        for (std::size_t at = 0; at != std::size(members); ++at) CHECK((*found).*members[at] == (at != missing));
    }
}

TEST_CASE("feature: what is no answer is an error") {
    for (std::size_t at : {0U, 1U, 9U}) {
        answers given;
        given.all[at] = -EPERM;
        result<features> found = outcome::success(features{});
        {
            fake::kernel kernel{std::ref(given)};
            found = feature::btf();
        }
        REQUIRE(!found);
        CHECK(found.error() == error{errc::eperm, command::btf_load});
        CHECK(given.next == at + 1);
    }
    answers given;
    given.all[0] = -EINVAL; // not even integers
    fake::kernel kernel{std::ref(given)};
    CHECK(!feature::btf());
    CHECK(given.next == 1);
}

} // namespace
