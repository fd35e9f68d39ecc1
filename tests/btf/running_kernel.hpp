#pragma once
// SPDX-License-Identifier: BSL-1.0

#include "kernel/support/skip.hpp"

#include <bpfxx/btf/view.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace btf_test {

inline constexpr char const* no_kernel_btf = "this kernel has no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)";

/// The running kernel's own BTF, read, parsed and indexed once; nothing when it has none.
class running_kernel {
  public:
    static running_kernel const* get() {
        static running_kernel const kernel;
        return kernel.index_ ? &kernel : nullptr;
    }

    [[nodiscard]] std::string const& blob() const { return blob_; }
    [[nodiscard]] bpfxx::btf::view const& view() const { return view_; }
    [[nodiscard]] bpfxx::btf::indexed_view const& index() const { return *index_; }

  private:
    running_kernel() {
        std::ifstream file{"/sys/kernel/btf/vmlinux", std::ios::binary};
        blob_.assign(std::istreambuf_iterator<char>{file}, {});
        if (blob_.empty()) return;
        auto const parsed = bpfxx::btf::view::parse(blob_);
        INFO(bpfxx::btf::sentence(parsed.error().why), " at byte ", parsed.error().offset);
        REQUIRE(parsed);
        view_ = *parsed;
        offsets_.resize(view_.index_size());
        index_ = view_.index(offsets_);
    }

    std::string blob_;
    bpfxx::btf::view view_;
    std::vector<std::uint32_t> offsets_;
    std::optional<bpfxx::btf::indexed_view> index_;
};

} // namespace btf_test
