#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/constant.hpp>

// Classic BPF: the older instruction set of packet filters, which a socket takes without bpf(2) and without privilege.
namespace bpfxx::classic {

/// One instruction of a classic filter.
/// UAPI: `struct sock_filter`
struct [[nodiscard]] instruction {
    std::uint16_t code = 0;
    std::uint8_t jt = 0;
    std::uint8_t jf = 0;
    std::uint32_t k = 0;

    friend constexpr bool operator==(instruction const&, instruction const&) noexcept = default;
};

/// Every opcode that Linux takes: what it does, then where its operand is.
/// UAPI: BPF_LD | BPF_W | BPF_ABS …
enum class opcode : std::uint16_t {
    ld_imm = 0x00,
    ld_w_abs = 0x20,
    ld_h_abs = 0x28,
    ld_b_abs = 0x30,
    ld_w_ind = 0x40,
    ld_h_ind = 0x48,
    ld_b_ind = 0x50,
    ld_mem = 0x60,
    ld_len = 0x80,
    ldx_imm = 0x01,
    ldx_mem = 0x61,
    ldx_len = 0x81,
    ldx_b_msh = 0xb1,
    st = 0x02,
    stx = 0x03,
    add_k = 0x04,
    add_x = 0x0c,
    sub_k = 0x14,
    sub_x = 0x1c,
    mul_k = 0x24,
    mul_x = 0x2c,
    div_k = 0x34,
    div_x = 0x3c,
    or_k = 0x44,
    or_x = 0x4c,
    and_k = 0x54,
    and_x = 0x5c,
    lsh_k = 0x64,
    lsh_x = 0x6c,
    rsh_k = 0x74,
    rsh_x = 0x7c,
    neg = 0x84,
    mod_k = 0x94,
    mod_x = 0x9c,
    xor_k = 0xa4,
    xor_x = 0xac,
    ja = 0x05,
    jeq_k = 0x15,
    jeq_x = 0x1d,
    jgt_k = 0x25,
    jgt_x = 0x2d,
    jge_k = 0x35,
    jge_x = 0x3d,
    jset_k = 0x45,
    jset_x = 0x4d,
    ret_k = 0x06,
    ret_a = 0x16,
    tax = 0x07,
    txa = 0x87,
};

/// The most instructions that a filter can have.
/// UAPI: BPF_MAXINSNS
inline constexpr std::uint32_t most_instructions = 4096;

/// The 32-bit cells of a filter's scratch memory.
/// UAPI: BPF_MEMWORDS
inline constexpr std::uint32_t scratch_cells = 16;

/// Where the kernel keeps what it knows of a packet beside its bytes: offsets from here on are read from there.
/// UAPI: SKF_AD_OFF
inline constexpr std::uint32_t ancillary_base = 0xffff'f000;

/// What the kernel knows of a packet beside its bytes, as an offset from `ancillary_base`; `load(a, ancillary::mark)`.
/// UAPI: SKF_AD_PROTOCOL …
enum class ancillary : std::uint32_t {
    protocol = 0,          // the Ethernet type, as ETH_P_IP says it
    pkttype = 4,           // PACKET_HOST, PACKET_OUTGOING …
    ifindex = 8,           // a packet without a device is dropped
    nlattr = 12,           // the offset of the netlink attribute of type x that stands at offset a or after; 0: none
    nlattr_nest = 16,      // the same among those nested in the attribute at offset a
    mark = 20,             // SO_MARK of the sender, or what a firewall set
    queue = 24,            // the queue of the device
    hatype = 28,           // the type of the device, ARPHRD_ETHER …; a packet without a device is dropped
    rxhash = 32,           // the hash of the flow
    cpu = 36,              // the processor that runs the filter
    alu_xor_x = 40,        // a ^ x, as xor_(a, x) has it
    vlan_tag = 44,         // the tag control information that was taken off the packet
    vlan_tag_present = 48, // 1 if there was one
    payload_offset = 52,   // where the payload of a known transport protocol starts
    random = 56,           // a random number
    vlan_tpid = 60,        // the type that stood before the tag, ETH_P_8021Q or ETH_P_8021AD; Linux 4.1
};

class index_register;

/// The register that a filter calculates in: loads, arithmetic, comparisons and the result.
class accumulator {
  public:
    constexpr accumulator() noexcept = default;
    accumulator(index_register) = delete; // x cannot stand here, only a: x is an offset or a second operand
};

/// The second register: an offset into the packet or a second operand.
class index_register {
  public:
    constexpr index_register() noexcept = default;
    index_register(accumulator) = delete; // a cannot stand here, only x: load it into x
};

inline constexpr accumulator a{};
inline constexpr index_register x{};

/// What may stand as a constant in an instruction: an integer or an enumerator.
template <class T>
concept number = insn::constant<T>;

namespace detail {

template <number T>
constexpr std::uint32_t bits_32(T value) noexcept {
    if (!insn::detail::fits_32(value)) ill_formed("constant does not fit 32 bits: a classic filter has no wider ones");
    return static_cast<std::uint32_t>(value);
}

} // namespace detail

/// A constant of 32 bits, written as signed or as unsigned.
/// UAPI: BPF_K
class constant {
  public:
    template <number T>
    constexpr constant(T given) noexcept : bits_{detail::bits_32(given)} {}

    constexpr std::uint32_t bits() const noexcept { return bits_; }

  private:
    std::uint32_t bits_;
};

/// The second operand of arithmetic or of a comparison: x or a constant of 32 bits.
/// UAPI: BPF_X, BPF_K
class operand {
  public:
    constexpr operand(index_register) noexcept : is_x_{true} {}

    template <number T>
    constexpr operand(T given) noexcept : k_{detail::bits_32(given)} {}

    operand(accumulator) = delete; // a cannot be the second operand: it is the first one already

    constexpr bool is_x() const noexcept { return is_x_; }
    constexpr std::uint32_t k() const noexcept { return k_; }

  private:
    bool is_x_ = false;
    std::uint32_t k_ = 0;
};

} // namespace bpfxx::classic
