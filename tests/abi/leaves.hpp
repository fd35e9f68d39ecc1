#pragma once
// SPDX-License-Identifier: BSL-1.0

#include "btf/running_kernel.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/member_at.hpp>
#include <bpfxx/btf/resolve.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A struct or union of the running kernel as its single members. Only after running_kernel::get() said that there is one.
namespace abi {

namespace btf = bpfxx::btf;
using btf_test::running_kernel;

/// A struct or union of the kernel's by name.
inline std::optional<btf::type> composite(std::string_view name) {
    btf::view const& kernel = running_kernel::get()->view();
    if (auto const found = btf::find(kernel, btf::kind::struct_, name)) return found;
    return btf::find(kernel, btf::kind::union_, name);
}

struct place {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// Bit-fields count as the integer that they are part of, as the library knows no other.
inline place place_of(btf::located_member const& member) {
    if (member.bitfield_width == 0) return {member.offset(), member.size};
    return {member.bit_offset / (member.size * 8) * member.size, member.size};
}

/// A member of the kernel's that is not a struct itself. `owner` numbers the innermost struct that it is in: members
/// with one owner lie beside each other, those of two owners may share their bytes.
struct leaf {
    std::string path;
    place at;
    int owner = 0;
};

/// All leaves of a struct or union by their full paths.
class leaf_walk {
  public:
    explicit leaf_walk(btf::type root) { enter(root, 0, "", 0); }

    [[nodiscard]] std::vector<leaf> const& leaves() const { return leaves_; }

  private:
    void enter(btf::type composite, std::uint64_t bit_base, std::string const& prefix, int owner) {
        auto const& kernel = running_kernel::get()->index();
        if (composite.kind() == btf::kind::struct_) owner = ++owners_;
        for (btf::member const member : composite.members()) {
            std::uint64_t const bits = bit_base + member.bit_offset();
            std::string const path = prefix + std::string{member.name()};
            auto const type = btf::resolve(kernel, member.type());
            REQUIRE(type);
            if (type->is_composite()) {
                enter(*type, bits, member.name().empty() ? prefix : path + '.', owner);
            } else if (!member.name().empty()) {
                auto const size = btf::size_of(kernel, member.type());
                REQUIRE(size);
                leaves_.push_back(
                    {path, place_of({member.name(), bits, member.bitfield_width(), member.type(), *size}), owner});
            }
        }
    }

    std::vector<leaf> leaves_;
    int owners_ = 0;
};

} // namespace abi
