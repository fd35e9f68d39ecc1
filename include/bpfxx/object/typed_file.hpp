#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/view.hpp>

namespace bpfxx::object {

/// An object file with its symbols and its types, each checked and found once.
struct typed_file {
    elf::view file{};
    elf::symbol_table symbols{};
    /// Null for an object without BTF, which can have data sections and no other maps.
    btf::indexed_view const* types = nullptr;
};

} // namespace bpfxx::object
