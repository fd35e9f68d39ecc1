#pragma once
// Externs of the committed objects, found in types that a test gives or in those of the running kernel.

#include "committed.hpp"

#include <bpfxx/core/candidate.hpp>
#include <bpfxx/core/target.hpp>
#include <bpfxx/object/extern_patches.hpp>
#include <bpfxx/object/typed_externs.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace object_test {

namespace core = bpfxx::core;
namespace insn = bpfxx::insn;

/// The blobs that externs are looked for in, the kernel's first.
class kernel_blobs {
  public:
    explicit kernel_blobs(std::vector<std::string_view> blobs) : blobs_{std::move(blobs)} {}

    object::malformed find(btf::indexed_view const& types, std::span<object::extern_symbol const> externs,
                           std::span<object::resolved_extern> found) {
        std::vector<core::root> roots(externs.size());
        std::vector<core::candidate> room(2 * externs.size() + 8);
        core::candidates wanted{roots, room};
        auto const noted = object::note_typed_externs(types, externs, wanted);
        REQUIRE(noted.why == core::reason::none);
        wanted.ready();
        targets_.resize(blobs_.size());
        checkpoints_.resize(blobs_.size());
        for (std::uint32_t number = 0; number != blobs_.size(); ++number) {
            auto const opened =
                number == 0 ? core::target::open(blobs_[0]) : core::target::open(blobs_[number], targets_[0]);
            REQUIRE(opened);
            targets_[number] = *opened;
            checkpoints_[number].resize(1024);
            REQUIRE(targets_[number].index(checkpoints_[number], wanted, number).why == core::reason::none);
        }
        return object::find_typed_externs(types, externs, wanted, targets_, found);
    }
    object::malformed find(committed& in) { return find(in.types(), in.externs(), in.found); }

    [[nodiscard]] btf::type type(object::resolved_extern const& of) { return targets_[of.source].type(of.type); }

  private:
    std::vector<std::string_view> blobs_;
    std::vector<core::target> targets_;
    std::vector<std::vector<std::uint32_t>> checkpoints_;
};

} // namespace object_test
