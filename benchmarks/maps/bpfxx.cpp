// bpfxx, as a program uses it.

#include "loops.hpp"

namespace {

class bpfxx_calls {
  public:
    explicit bpfxx_calls(maps::map_type const& map) : map_{map} {}

    bool lookup(std::uint64_t const& key, std::uint64_t& value) const {
        auto const found = map_.lookup(key);
        maps::expect(found.has_value(), "look up");
        if (!*found) return false;
        value = **found;
        return true;
    }

    void update(std::uint64_t const& key, std::uint64_t const& value) const {
        maps::expect(map_.update(key, value).has_value(), "update");
    }

    bool insert(std::uint64_t const& key, std::uint64_t const& value) const {
        auto const fresh = map_.insert(key, value);
        maps::expect(fresh.has_value(), "insert");
        return *fresh;
    }

    bool erase(std::uint64_t const& key) const {
        auto const gone = map_.erase(key);
        maps::expect(gone.has_value(), "erase");
        return *gone;
    }

    std::uint64_t sum_by_walk() const {
        std::uint64_t sum = 0;
        for (auto const& [key, value] : map_.entries()) sum += key + value;
        return sum;
    }

  protected:
    maps::map_type const& map_;
};

class for_each_calls : public bpfxx_calls {
  public:
    using bpfxx_calls::bpfxx_calls;

    std::uint64_t sum_by_walk() const {
        std::uint64_t sum = 0;
        auto const walked = map_.for_each([&](std::uint64_t key, std::uint64_t value) { sum += key + value; });
        maps::expect(walked.has_value(), "walk");
        return sum;
    }
};

} // namespace

constexpr maps::rival maps::by_bpfxx = rival_of<bpfxx_calls>("bpfxx");
constexpr maps::rival maps::by_bpfxx_for_each{.name = "bpfxx for_each", .walk = loops<for_each_calls>::walk};
