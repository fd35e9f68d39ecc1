// Random programs, most of them wrong, before the checks and before the kernel: what the checks refuse, the kernel must
// refuse too. How much the kernel refuses that the checks leave to it is counted and printed.
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/check.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

/// Makes programs of up to 24 instructions that come close to sense: registers are mostly set before they are read,
/// jumps mostly go forward, the stack is mostly used within its bounds. What is rare is what the checks look for.
class generator {
  public:
    generator(std::uint64_t seed, int array, int hash) : random_{seed}, array_{array}, hash_{hash} {}

    std::vector<instruction> make() {
        code_.clear();
        jumps_.clear();
        starts_.assign(1, 0);
        function();
        auto const calls = pending_calls_;
        pending_calls_.clear();
        if (!calls.empty()) {
            starts_.push_back(code_.size());
            auto const start = code_.size();
            function();
            pending_calls_.clear();
            for (auto const call : calls)
                code_[call].imm = static_cast<std::int32_t>(start) - static_cast<std::int32_t>(call) - 1;
        }
        if (is(200)) break_something();
        return code_;
    }

  private:
    bool is(unsigned one_in) { return random_() % one_in == 0; }
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

    std::uint8_t any_register() { return static_cast<std::uint8_t>(is(40) ? below(10) : registers[below(5)]); }
    reg64 r() { return reg64{any_register()}; }
    reg32 w() { return reg32{any_register()}; }

    std::int32_t constant() {
        constexpr std::int32_t edges[] = {0, 1, -1, 2, 5, 8, 255, 256, 65535, INT32_MAX, INT32_MIN};
        return edges[below(11)];
    }

    void put(instruction one) { code_.push_back(one); }
    void put(wide_instruction two) {
        code_.push_back(two.first);
        code_.push_back(two.second);
    }

    void function() {
        auto const first = code_.size();
        jumps_.clear();
        for (unsigned i = 0; i != 5; ++i)
            if (!is(6)) put(mov(reg64{registers[i]}, is(3) ? constant() : static_cast<int>(i)));
        if (starts_.size() == 1) put(mov(r9, r1));
        auto const length = 2 + below(14);
        for (unsigned i = 0; i != length; ++i) statement();
        if (!is(10)) put(mov(r0, 0));
        if (!is(60)) put(insn::exit());
        auto const last = code_.size();
        for (auto const jump : jumps_) {
            auto const back = is(12);
            auto const target = back ? first + below(static_cast<unsigned>(jump - first + 1))
                                     : jump + 1 + below(static_cast<unsigned>(last - jump));
            auto const distance = static_cast<std::int64_t>(target) - static_cast<std::int64_t>(jump) - 1;
            if (code_[jump].code == long_jump_opcode)
                code_[jump].imm = static_cast<std::int32_t>(distance);
            else
                code_[jump].off = static_cast<std::int16_t>(distance);
        }
    }

    void statement() {
        switch (below(16)) {
        case 0: return arithmetic();
        case 1: return put(mov(r(), r()));
        case 2: return put(mov(r(), constant()));
        case 3:
            return put(mov(r(), r10)),
                   put(add(reg64{code_.back().dst()}, -8 * static_cast<int>(below(is(9) ? 80 : 8))));
        case 4: return stack_access();
        case 5:
        case 6:
        case 7: return branch();
        case 8: return call_something();
        case 9: return look_up();
        case 10: return context_access();
        case 11: return put(load_imm64(r(), std::uint64_t{random_()}));
        case 12: return is(4) ? packet_load() : arithmetic();
        case 13: return call_function();
        default: return get_number();
        }
    }

    void arithmetic() {
        auto const shift = static_cast<int>(below(32));
        switch (below(12)) {
        case 0: return put(add(r(), constant()));
        case 1: return put(add(r(), r()));
        case 2: return put(sub(r(), r()));
        case 3: return put(and_(r(), constant()));
        case 4: return put(lsh(r(), shift));
        case 5: return put(rsh(w(), shift));
        case 6: return put(neg(r()));
        case 7: return put(xor_(w(), w()));
        case 8: return put(mov(w(), w()));
        case 9: return put(sub(r(), 8));
        case 10: return put(div(r(), r()));
        default: return put(arsh(r(), shift));
        }
    }

    void stack_access() {
        constexpr int sizes[] = {1, 2, 4, 8};
        auto const size = sizes[below(4)];
        auto at = -size * static_cast<int>(1 + below(static_cast<unsigned>(32 / size)));
        if (is(12)) at += static_cast<int>(below(17)) - 8;
        if (is(30)) at = -520 + static_cast<int>(below(20));
        auto const base = is(3) ? r() : r10;
        switch (size + static_cast<int>(below(2))) {
        case 1: return put(store<std::uint8_t>(base + at, r()));
        case 2: return put(load<std::uint16_t>(r(), base + at));
        case 3: return put(store<std::uint16_t>(base + at, constant() & 0x7f));
        case 4: return put(store<std::uint32_t>(base + at, r()));
        case 5: return put(load<std::uint32_t>(r(), base + at));
        case 8: return put(store<std::uint64_t>(base + at, r()));
        default: return put(is(2) ? load<std::uint64_t>(r(), base + at) : atomic_add<std::uint64_t>(base + at, r()));
        }
    }

    void branch() {
        jumps_.push_back(code_.size());
        auto const k = constant();
        switch (below(14)) {
        case 0: return put((r() == k).test);
        case 1: return put((r() != k).test);
        case 2: return put((r() == 0).test);
        case 3: return put((r() > k).test);
        case 4: return put((r() >= k).test);
        case 5: return put((w() < k).test);
        case 6: return put(slt(r(), k).test);
        case 7: return put(sge(w(), k).test);
        case 8: return put(any_bits(r(), k).test);
        case 9: return put((r() <= r()).test);
        case 10: return put((w() != w()).test);
        case 11: return put(is(4) ? jump("").jump : (r() == r()).test);
        case 12: return put(is(4) ? instruction{long_jump_opcode, 0, 0, 0} : sle(r(), k).test);
        default: return put(is(4) ? instruction{0xe5, 0, 0, 0} : sgt(r(), r()).test);
        }
    }

    void get_number() {
        put(call(is(2) ? helper::get_prandom_u32 : is(2) ? helper::ktime_get_ns : helper::get_smp_processor_id));
        if (is(2)) put(mov(reg64{registers[1 + below(4)]}, r0));
    }

    void call_something() {
        constexpr helper some[] = {helper::ktime_get_ns,    helper::get_prandom_u32,  helper::get_smp_processor_id,
                                   helper::map_lookup_elem, helper::get_numa_node_id, helper::skb_load_bytes};
        put(call(some[below(6)]));
    }

    void look_up() {
        if (is(2))
            put(store<std::uint32_t>(r10 - 4, static_cast<int>(below(6))));
        else if (is(2))
            put(store<std::uint32_t>(r10 - 4, r()));
        put(insn::detail::wide(pseudo_load::map_fd, r1, static_cast<std::uint32_t>(is(2) ? array_ : hash_), 0));
        if (!is(12)) put(mov(r2, r10));
        if (!is(12)) put(add(r2, is(8) ? -8 : -4));
        put(call(helper::map_lookup_elem));
        if (is(2)) {
            jumps_.push_back(code_.size());
            put((r0 == 0).test);
        }
        if (is(3)) put(load<std::uint64_t>(r(), r0 + 0));
    }

    void context_access() {
        auto const at = 4 * static_cast<int>(below(is(5) ? 50 : 4));
        put(is(6) ? store<std::uint32_t>(r9 + at, r()) : load<std::uint32_t>(r(), (is(5) ? r1 : r9) + at));
        if (!is(4)) return;
        // As a filter compares pointers into its packet with the end.
        auto const data = any_register(), end = any_register();
        auto const place = is(2) ? 0 : 76;
        put(load<std::uint32_t>(reg64{data}, r9 + place));
        put(load<std::uint32_t>(reg64{end}, r9 + place + 4));
        put(add(reg64{data}, static_cast<int>(below(64))));
        jumps_.push_back(code_.size());
        put((reg64{data} > reg64{end}).test);
    }

    void packet_load() {
        put(mov(r6, r9));
        put(instruction{0x20, 0, 0, static_cast<std::int32_t>(below(64))});
    }

    void call_function() {
        if (starts_.size() != 1 || !is(3)) return arithmetic();
        pending_calls_.push_back(code_.size());
        put(insn::detail::call(pseudo_call::subprogram, 0, 0));
    }

    void break_something() {
        auto& one = code_[below(static_cast<unsigned>(code_.size()))];
        switch (below(4)) {
        case 0: one.off = static_cast<std::int16_t>(random_()); return;
        case 1: one.imm = static_cast<std::int32_t>(random_()); return;
        case 2: one.registers = static_cast<std::uint8_t>(random_()); return;
        default: one.code = static_cast<std::uint8_t>(random_()); return;
        }
    }

    static constexpr std::uint8_t registers[] = {0, 6, 7, 8, 2};

    std::mt19937_64 random_;
    int array_, hash_;
    std::vector<instruction> code_;
    std::vector<std::size_t> jumps_;
    std::vector<std::size_t> pending_calls_;
    std::vector<std::size_t> starts_;
};

/// Whether the kernel takes a program, or nothing where it could not tell.
bool kernel_takes(std::span<instruction const> code, program_type type, std::span<char> log = {}) {
    for (;;) {
        sys::attr::prog_load attribute{.prog_type = type};
        attribute.insn_cnt = static_cast<std::uint32_t>(code.size());
        attribute.insns = code.data();
        attribute.license = "GPL";
        if (!log.empty()) {
            attribute.log_level = log_level::failing_path;
            attribute.log_size = static_cast<std::uint32_t>(log.size());
            attribute.log_buf = log.data();
        }
        auto const loaded = sys::call(attribute);
        if (loaded || loaded.error().code != errc::eagain) return loaded.has_value();
    }
}

void show(std::vector<instruction> const& code, finding const& found, program_type type) {
    std::vector<char> log(1 << 20);
    kernel_takes(code, type, log);
    std::printf("fault %d at slot %u\n%.6000s\n", static_cast<int>(found.what), found.slot, log.data());
    for (auto const& one : code)
        std::printf("  {0x%02x, %d, %d, %d, %d}\n", one.code, one.dst(), one.src(), one.off, one.imm);
}

struct tally {
    std::uint64_t programs = 0, both_take = 0, both_refuse = 0, only_kernel_refuses = 0, only_we_refuse = 0;
};

template <class Kind>
tally compare(program_type type, std::uint64_t programs, std::uint64_t seed) {
    auto const array = array_map<std::uint64_t>::create({.max_entries = 4}).value();
    auto const hash = hash_map<std::uint32_t, std::uint64_t>::create({.max_entries = 4}).value();
    generator make{seed, array.fd().raw(), hash.fd().raw()};
    tally sum;
    for (; sum.programs != programs; ++sum.programs) {
        auto const code = make.make();
        auto const found = check<128, Kind>(code);
        bool const taken = kernel_takes(code, type);
        if (found && taken && ++sum.only_we_refuse <= 3) show(code, found, type);
        sum.both_take += taken && !found;
        sum.both_refuse += !taken && found;
        sum.only_kernel_refuses += !taken && !found;
    }
    return sum;
}

std::uint64_t number_from(char const* variable, std::uint64_t otherwise) {
    auto const* const text = std::getenv(variable);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

void check_all(char const* name, tally const& sum) {
    std::printf(
        "%s: %llu programs: both take %llu, both refuse %llu, only the kernel refuses %llu, only we refuse %llu\n",
        name, static_cast<unsigned long long>(sum.programs), static_cast<unsigned long long>(sum.both_take),
        static_cast<unsigned long long>(sum.both_refuse), static_cast<unsigned long long>(sum.only_kernel_refuses),
        static_cast<unsigned long long>(sum.only_we_refuse));
    CHECK(sum.only_we_refuse == 0);
    // The generator has to reach both sides, or the test says nothing.
    CHECK(sum.both_take > sum.programs / 50);
    CHECK(sum.both_refuse > sum.programs / 10);
}

template <class Kind>
void try_kind(char const* name) {
    auto const programs = number_from("BPFXX_RANDOM_PROGRAMS", 2'000);
    auto const seed = number_from("BPFXX_RANDOM_SEED", 1);
    check_all(name, compare<Kind>(Kind::type, programs, seed));
}

TEST_CASE("what the checks refuse in programs of any type, the kernel refuses") {
    auto const programs = number_from("BPFXX_RANDOM_PROGRAMS", 2'000);
    auto const seed = number_from("BPFXX_RANDOM_SEED", 1);
    check_all("any type", compare<void>(program_type::socket_filter, programs, seed));
}

TEST_CASE("what they refuse by the context, too") {
    try_kind<program_kind::socket_filter>("socket_filter");
    try_kind<program_kind::xdp>("xdp");
    try_kind<program_kind::sched_cls>("sched_cls");
    try_kind<program_kind::raw_tracepoint>("raw_tracepoint");
}

} // namespace
