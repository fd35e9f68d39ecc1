#pragma once
// The buffer of a perf event in memory of the test, and what the kernel does to it.

#include <bpfxx/perf/buffer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace support {

class kernel_side {
  public:
    explicit kernel_side(std::size_t size, std::uint64_t position = 0)
        : data_(size), head_{position}, tail_{position}, reserved_{position} {}

    [[nodiscard]] bpfxx::perf::buffer_memory memory() {
        return {.head = &head_, .tail = &tail_, .data = data_.data(), .size = data_.size()};
    }
    [[nodiscard]] bpfxx::perf::cursor reader(std::uint32_t cpu = 0) { return {bpfxx::cpu_number{cpu}, memory()}; }

    /// Writes a sample as the kernel does: behind a record of what is lost, if there was no room before.
    bool sample(void const* payload, std::size_t size) {
        auto const whole = bpfxx::perf::sample_size(size);
        // Pairs with the store of data_tail: what it gives back has been read.
        auto const tail = std::atomic_ref{tail_}.load(std::memory_order_acquire);
        if (reserved_ - tail + whole + (lost_ != 0 ? 24 : 0) > data_.size()) {
            ++lost_;
            ++all_lost_;
            return false;
        }
        if (lost_ != 0) say_lost(lost_);
        lost_ = 0;
        record(9, payload, size, whole);
        publish();
        return true;
    }
    template <class Record>
    bool sample(Record const& record) {
        return sample(&record, sizeof record);
    }

    void say_lost(std::uint64_t count) {
        std::uint64_t const body[]{7, count};
        header(2, 24);
        put(body, sizeof body);
    }
    void header(std::uint32_t type, std::uint16_t size, std::uint16_t misc = 1) {
        put(&type, 4);
        put(&misc, 2);
        put(&size, 2);
    }
    void put(void const* from, std::size_t size) {
        for (std::size_t i = 0; i != size; ++i)
            data_[reserved_++ % data_.size()] = static_cast<std::byte const*>(from)[i];
    }
    void publish() { std::atomic_ref{head_}.store(reserved_, std::memory_order_release); }
    void publish(std::uint64_t head) {
        reserved_ = head;
        publish();
    }

    [[nodiscard]] std::uint64_t tail() { return std::atomic_ref{tail_}.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t head() const { return reserved_; }
    [[nodiscard]] std::uint64_t lost() const { return all_lost_; }
    [[nodiscard]] std::span<std::byte> data() { return data_; }

  private:
    void record(std::uint32_t type, void const* payload, std::size_t size, std::size_t whole) {
        header(type, static_cast<std::uint16_t>(whole));
        auto const padded = static_cast<std::uint32_t>(bpfxx::perf::padded_size(size));
        put(&padded, 4);
        put(payload, size);
        reserved_ += padded - size; // the kernel leaves there what was there
    }

    std::vector<std::byte> data_;
    alignas(64) std::uint64_t head_;
    alignas(64) std::uint64_t tail_;
    std::uint64_t reserved_;
    std::uint64_t lost_ = 0, all_lost_ = 0;
};

} // namespace support
