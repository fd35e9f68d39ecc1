#pragma once
// A second thread that changes a map while a walk goes over it, and the book that is kept of what the walk saw.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace support {

/// Calls `change(i)` for i from 0 to `different` - 1, over and over, in a thread of its own until the end of its life.
class churn {
  public:
    template <class Change>
    churn(Change change, std::uint32_t different)
        : thread_{[this, change, different] {
              for (std::uint32_t i = 0; !stop_.load(std::memory_order_relaxed); i = (i + 1) % different) {
                  change(i);
                  changes_.fetch_add(1, std::memory_order_relaxed);
              }
          }} {}
    churn(churn const&) = delete;
    churn& operator=(churn const&) = delete;
    ~churn() {
        stop_ = true;
        thread_.join();
    }

    [[nodiscard]] std::uint64_t changes() const { return changes_; }

  private:
    std::atomic<bool> stop_{false};
    std::atomic<std::uint64_t> changes_{0};
    std::thread thread_;
};

/// Keys below `stable` stay during all passes, those above come and go.
class seen_entries {
  public:
    seen_entries(std::uint32_t stable, std::uint32_t churning) : stable_{stable}, seen_(stable + churning) {}

    void start_pass() { std::fill(seen_.begin(), seen_.end(), 0); }
    void count(std::uint32_t key, bool value_right) {
        if (key >= seen_.size() || !value_right)
            ++wrong;
        else
            ++seen_[key];
    }
    void end_pass(bool walked) {
        wrong += walked ? 0 : 1;
        for (std::uint32_t key = 0; key != stable_; ++key) {
            missed += seen_[key] == 0 ? 1 : 0;
            repeated += seen_[key] > 1 ? 1 : 0;
        }
    }

    std::uint64_t repeated = 0;
    std::uint64_t missed = 0;
    std::uint64_t wrong = 0;

  private:
    std::uint32_t stable_;
    std::vector<int> seen_;
};

} // namespace support
