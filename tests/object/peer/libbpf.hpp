#pragma once
// Objects as libbpf loads them, for comparison.

#include "report.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace peer {

struct how_to_load {
    std::string target; // the object whose functions `freplace`, `fentry` and `fexit` programs are for
    std::string pins;   // the directory for maps that are pinned by name; libbpf's own, /sys/fs/bpf, where it is empty
    bool asks_for_all = false; // `?` programs too
    bool log = false;          // libbpf's own words on standard error
};

/// What user code sets before a load where a definition leaves it out: how many entries, how large a value is, where an
/// arena lies. Another loader that is compared does the same.
struct sizes {
    std::uint32_t max_entries = 0;
    std::uint32_t value_size = 0;
    std::uint64_t extra = 0;
};
sizes as_user_code_sets(std::uint32_t map_type, sizes defined);

/// What libbpf made of an object; its descriptors live as long as this does.
class by_libbpf {
  public:
    /// The whole object. Where that is refused, each program of it alone, so that one refusal tells nothing of the others.
    explicit by_libbpf(std::string const& path, how_to_load const& how = {});
    by_libbpf(by_libbpf&&) noexcept;
    ~by_libbpf();

    [[nodiscard]] loaded_object const& object() const;
    /// Whether it took one load for all of them.
    [[nodiscard]] bool whole() const;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace peer
