#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/describe.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/map/value.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace bpfxx::btf {

/// How type information is loaded.
struct load_options {
    /// Where the kernel writes what it thinks of the blob, ending with NUL; then a log that does not fit makes the load
    /// fail with ENOSPC, and before Linux 6.4 room for fewer than 128 characters with EINVAL. Empty: nowhere.
    std::span<char> log{};
    /// Delegated rights to use instead of capabilities. Since: Linux 6.9
    optional_fd_ref<bpfxx::kind::token> token{};
};

/// Gives a blob to the kernel, which checks it.
/// UAPI: BPF_BTF_LOAD
/// Since: Linux 4.18
/// Errors: EINVAL malformed, or of a kind that this kernel does not know; E2BIG over 16 MiB; ENOSPC the log did not
/// fit; EPERM CAP_BPF is missing
/// Costs: one system call, no allocation
[[nodiscard]] inline result<owned_fd<bpfxx::kind::btf>> load(std::span<std::byte const> blob,
                                                             load_options const& options = {}) noexcept {
    sys::attr::btf_load attribute{.btf = blob.data(), .btf_size = sys::saturated(blob.size())};
    if (!options.log.empty()) {
        options.log[0] = '\0'; // the kernel writes nothing where it refuses the call before it reads the blob
        attribute.btf_log_buf = options.log.data();
        attribute.btf_log_size = sys::saturated(options.log.size());
        attribute.btf_log_level = log_level::failing_path;
    }
    if (options.token) attribute.btf_flags = btf_flags::token_fd;
    attribute.btf_token_fd = options.token;
    return sys::call(attribute);
}

/// The types of a map's keys and values, known to the kernel. A map that was created with them keeps them itself.
class [[nodiscard]] map_types {
  public:
    map_types(owned_fd<bpfxx::kind::btf> given, type_id key, type_id value) noexcept
        : fd_{std::move(given)}, key_{key}, value_{value} {}

    /// What `map_options::btf` takes.
    [[nodiscard]] map_btf btf() const& noexcept { return {fd_, number(key_), number(value_)}; }
    map_btf btf() const&& = delete; // this borrows from a temporary, whose descriptor closes first: name the owner

    [[nodiscard]] fd_ref<bpfxx::kind::btf> fd() const& noexcept { return fd_.borrow(); }
    fd_ref<bpfxx::kind::btf> fd() const&& = delete; // this borrows from a temporary that closes at once: name the owner

    [[nodiscard]] type_id key() const noexcept { return key_; }
    [[nodiscard]] type_id value() const noexcept { return value_; }

  private:
    owned_fd<bpfxx::kind::btf> fd_;
    type_id key_;
    type_id value_;
};

/// Describes the keys and values of a map and gives that to the kernel, so that bpftool prints members by name, and so
/// that locks and timers in values are found. `shape_of` says what becomes of a type. Local storage maps, whose key is
/// a descriptor, cannot do without; a bloom filter's key is void.
///
///     auto const types = btf::load<flow, stats>();
///     auto const flows = hash_map<flow, stats>::create({.name = "flows", .max_entries = 1024, .btf = types->btf()});
///
/// UAPI: BPF_BTF_LOAD
/// Since: Linux 4.18; float and double 5.13
/// Costs: one system call, no allocation; the blob is constant data
template <class Key, class Value>
[[nodiscard]] result<map_types> load(load_options const& options = {}) noexcept {
    constexpr auto const& made = describe<stored_value<Key>, stored_value<Value>>();
    auto loaded = load(made.blob, options);
    if (!loaded) return loaded.error();
    return map_types{*std::move(loaded), made.ids[0], made.ids[1]};
}

} // namespace bpfxx::btf
