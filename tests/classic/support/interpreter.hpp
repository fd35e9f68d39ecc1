#pragma once
// What a classic filter does, written down a second time and far from the kernel's way of doing it.

#include <bpfxx/classic/instruction.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tests::classic {

/// The result of a run: bytes kept, 0 for a drop; nothing where it depends on more than the packet.
class interpreter {
  public:
    using instruction = bpfxx::classic::instruction;

    explicit interpreter(std::span<std::uint8_t const> given_packet) : packet_{given_packet} {}

    std::optional<std::uint32_t> run(std::span<instruction const> code) {
        for (std::size_t at = 0;; ++at) {
            auto const& one = code[at];
            switch (one.code & 7) {
            case 0: // ld
            case 1:
                if (auto const ended = load(one)) return result(*ended);
                break;
            case 2: cells_[one.k] = a_; break;
            case 3: cells_[one.k] = x_; break;
            case 4:
                if (!calculate(one)) return 0;
                break;
            case 5: at += skipped(one); break;
            case 6: return one.code == 0x06 ? one.k : a_;
            default: (one.code == 0x07 ? x_ : a_) = one.code == 0x07 ? a_ : x_; break;
            }
        }
    }

  private:
    enum class ending { drop, unknown };

    static std::optional<std::uint32_t> result(ending how) {
        return how == ending::drop ? std::optional<std::uint32_t>{0} : std::nullopt;
    }

    std::optional<ending> load(instruction const& one) {
        std::uint32_t& to = (one.code & 7) == 0 ? a_ : x_;
        switch (one.code & 0xe0) {
        case 0x00: to = one.k; return {};
        case 0x20: return load_packet(one.k, size_of(one), a_);
        case 0x40: return load_packet(x_ + one.k, size_of(one), a_);
        case 0x60: to = cells_[one.k]; return {};
        case 0x80: to = static_cast<std::uint32_t>(packet_.size()); return {};
        default: {
            std::uint32_t first = 0;
            if (auto const ended = load_packet(one.k, 1, first)) return ended;
            x_ = (first & 15) * 4;
            return {};
        }
        }
    }

    static std::size_t size_of(instruction const& one) {
        return (one.code & 0x18) == 0 ? 4 : (one.code & 0x18) == 8 ? 2 : 1;
    }

    std::optional<ending> load_packet(std::uint32_t offset, std::size_t size, std::uint32_t& to) const {
        if (offset >= 0xffe00000) return ending::unknown;
        if (offset > packet_.size() || packet_.size() - offset < size) return ending::drop;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i != size; ++i) value = value << 8 | packet_[offset + i];
        to = value;
        return {};
    }

    bool calculate(instruction const& one) {
        std::uint32_t const b = (one.code & 8) != 0 ? x_ : one.k;
        switch (one.code & 0xf0) {
        case 0x00: a_ += b; return true;
        case 0x10: a_ -= b; return true;
        case 0x20: a_ *= b; return true;
        case 0x30:
            if (b == 0) return false;
            a_ /= b;
            return true;
        case 0x40: a_ |= b; return true;
        case 0x50: a_ &= b; return true;
        case 0x60: a_ <<= b % 32; return true;
        case 0x70: a_ >>= b % 32; return true;
        case 0x80: a_ = 0 - a_; return true;
        case 0x90:
            if (b == 0) return false;
            a_ %= b;
            return true;
        default: a_ ^= b; return true;
        }
    }

    std::size_t skipped(instruction const& one) const {
        std::uint32_t const b = (one.code & 8) != 0 ? x_ : one.k;
        switch (one.code & 0xf0) {
        case 0x00: return one.k;
        case 0x10: return a_ == b ? one.jt : one.jf;
        case 0x20: return a_ > b ? one.jt : one.jf;
        case 0x30: return a_ >= b ? one.jt : one.jf;
        default: return (a_ & b) != 0 ? one.jt : one.jf;
        }
    }

    std::span<std::uint8_t const> packet_;
    std::array<std::uint32_t, 16> cells_{};
    std::uint32_t a_ = 0;
    std::uint32_t x_ = 0;
};

} // namespace tests::classic
