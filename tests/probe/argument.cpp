// Arguments of static probes, as notes describe them, and the code that reads them.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/probe/argument.hpp>
#include <bpfxx/probe/argument_code.hpp>
#include <bpfxx/probe/machine_register.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/context.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/user.h>

namespace {

using namespace bpfxx::probe;
using bpfxx::elf::machine;
using enum argument_place;

constexpr argument x86(std::string_view text) { return parse_argument(machine::x86_64, text); }
constexpr argument arm(std::string_view text) { return parse_argument(machine::aarch64, text); }
constexpr argument riscv(std::string_view text) { return parse_argument(machine::riscv, text); }

constexpr bool is_constant(argument a, int size, bool is_signed, std::int64_t value) {
    return a.is_understood() && a.place == constant && a.size == size && a.is_signed == is_signed &&
           a.number == value && !a.base && !a.index;
}
constexpr bool is_register(argument a, int size, bool is_signed, int offset, int first_bit = 0) {
    return a.is_understood() && a.place == in_register && a.size == size && a.is_signed == is_signed && a.base &&
           a.base->offset == offset && a.base->first_bit == first_bit && !a.index && a.number == 0;
}
constexpr bool is_memory(argument a, int size, int offset, std::int64_t displacement) {
    return a.is_understood() && a.place == in_memory && a.size == size && a.base && a.base->offset == offset &&
           a.number == displacement && !a.index;
}
constexpr bool is_indexed(argument a, int base, int index, int scale, std::int64_t displacement) {
    bool const right_base = base < 0 ? !a.base : a.base && a.base->offset == base;
    return a.is_understood() && a.place == in_memory && right_base && a.index && a.index->offset == index &&
           a.scale == scale && a.number == displacement;
}
constexpr bool refused(argument a, argument_problem why, std::string_view text) {
    return !a.is_understood() && a.problem == why && a.place == not_understood && a.text == text && !a.base &&
           !a.index && a.number == 0;
}

static_assert(is_constant(x86("4@$5"), 4, false, 5) && is_constant(x86("-4@$-5"), 4, true, -5));
static_assert(is_constant(x86("8@$0x7fffffffffffffff"), 8, false, 0x7fff'ffff'ffff'ffff));
static_assert(is_constant(x86("-8@$-9223372036854775808"), 8, true, INT64_MIN));
static_assert(is_register(x86("8@%rdi"), 8, false, 112) && is_register(x86("-4@%eax"), 4, true, 80));
static_assert(is_register(x86("2@%r12w"), 2, false, 24) && is_register(x86("1@%sil"), 1, false, 104));
static_assert(is_register(x86("-1@%bh"), 1, true, 40, 8) && is_register(x86("8@%rsp"), 8, false, 152));
static_assert(is_memory(x86("8@-80(%rbx)"), 8, 40, -80) && is_memory(x86("-4@(%rax)"), 4, 80, 0));
static_assert(is_memory(x86("4@2147483647(%rsp)"), 4, 152, 2147483647));
static_assert(is_indexed(x86("-4@8(%rax,%rbx,4)"), 80, 40, 4, 8) && is_indexed(x86("8@(,%r9,8)"), -1, 64, 8, 0));
static_assert(is_indexed(x86("1@-1(%rdi,%rsi)"), 112, 104, 1, -1));

static_assert(refused(x86(""), argument_problem::no_size, "") &&
              refused(x86("%rdi"), argument_problem::no_size, "%rdi"));
static_assert(refused(x86("4"), argument_problem::no_size, "4") &&
              refused(x86("4%eax"), argument_problem::no_size, "4%eax"));
static_assert(refused(x86("3@%eax"), argument_problem::unknown_size, "3@%eax"));
static_assert(refused(x86("-16@%rax"), argument_problem::unknown_size, "-16@%rax"));
static_assert(refused(x86("8f@%xmm0"), argument_problem::floating_point, "8f@%xmm0"));
static_assert(refused(x86("8@%xmm0"), argument_problem::unknown_register, "8@%xmm0"));
static_assert(refused(x86("8@%"), argument_problem::unknown_register, "8@%"));
static_assert(refused(x86("8@8(%rip)"), argument_problem::unknown_register, "8@8(%rip)"));
static_assert(refused(x86("8@name+8(%rip)"), argument_problem::unknown_form, "8@name+8(%rip)"));
static_assert(refused(x86("8@%fs:8(%rax)"), argument_problem::unknown_register, "8@%fs:8(%rax)"));
static_assert(refused(x86("8@1234"), argument_problem::unknown_form, "8@1234"));
static_assert(refused(x86("8@()"), argument_problem::unknown_form, "8@()"));
static_assert(refused(x86("8@(%rax"), argument_problem::unknown_form, "8@(%rax"));
static_assert(refused(x86("8@(%rax,%rbx,3)"), argument_problem::unknown_form, "8@(%rax,%rbx,3)"));
static_assert(refused(x86("8@(%rax,%rbx,17)"), argument_problem::unknown_form, "8@(%rax,%rbx,17)"));
static_assert(refused(x86("8@(%rax,)"), argument_problem::unknown_form, "8@(%rax,)"));
static_assert(refused(x86("8@%raxx"), argument_problem::unknown_register, "8@%raxx"));
static_assert(refused(x86("8@%rax "), argument_problem::unknown_form, "8@%rax "));
static_assert(refused(x86("8@$"), argument_problem::unknown_form, "8@$"));
static_assert(refused(x86("8@$9223372036854775808"), argument_problem::number_too_large, "8@$9223372036854775808"));
static_assert(refused(x86("8@2147483648(%rax)"), argument_problem::number_too_large, "8@2147483648(%rax)"));
static_assert(refused(parse_argument(machine::s390, "8@%r5"), argument_problem::unknown_machine, "8@%r5"));

static_assert(is_register(arm("8@x0"), 8, false, 0) && is_register(arm("-4@w30"), 4, true, 240));
static_assert(is_register(arm("8@sp"), 8, false, 248) && is_constant(arm("-4@-1"), 4, true, -1));
static_assert(is_constant(arm("4@#7"), 4, false, 7));
static_assert(is_memory(arm("8@[sp, 16]"), 8, 248, 16) && is_memory(arm("4@[x29]"), 4, 232, 0));
static_assert(is_memory(arm("4@[x1,#-8]"), 4, 8, -8) && is_indexed(arm("4@[x1, x2]"), 8, 16, 1, 0));
static_assert(refused(arm("8@x31"), argument_problem::unknown_register, "8@x31"));
static_assert(refused(arm("8@x01"), argument_problem::unknown_register, "8@x01"));
static_assert(refused(arm("8@v0"), argument_problem::unknown_register, "8@v0"));
static_assert(refused(arm("8@[x1, w2, sxtw]"), argument_problem::unknown_form, "8@[x1, w2, sxtw]"));
static_assert(refused(arm("8@[x1, x2, lsl 3]"), argument_problem::unknown_form, "8@[x1, x2, lsl 3]"));
static_assert(refused(arm("8@[x1, 8]!"), argument_problem::unknown_form, "8@[x1, 8]!"));

static_assert(is_register(riscv("8@a0"), 8, false, 80) && is_memory(riscv("-4@-20(s0)"), 4, 64, -20));
static_assert(is_memory(riscv("8@8(sp)"), 8, 16, 8) && is_constant(riscv("4@12"), 4, false, 12));
static_assert(is_register(riscv("8@t6"), 8, false, 248) && is_register(riscv("8@s11"), 8, false, 216));
static_assert(refused(riscv("8@fa0"), argument_problem::unknown_register, "8@fa0"));
static_assert(refused(riscv("8@8(sp"), argument_problem::unknown_form, "8@8(sp"));

TEST_CASE("argument: every problem has a sentence of its own") {
    for (int i = 0; i <= static_cast<int>(argument_problem::number_too_large); ++i) {
        CHECK(sentence(argument_problem(i)) != "unknown problem");
        for (int j = 0; j != i; ++j) CHECK(sentence(argument_problem(i)) != sentence(argument_problem(j)));
    }
}

#if defined(__x86_64__)

using on_probe = bpfxx::insn::ctx<bpfxx::program_kind::kprobe>;

constexpr std::uint16_t offset_of(std::string_view name) { return register_named(machine::x86_64, name)->offset; }

static_assert(offset_of("rax") == on_probe::ax.offset() && offset_of("rbx") == on_probe::bx.offset());
static_assert(offset_of("rcx") == on_probe::cx.offset() && offset_of("rdx") == on_probe::dx.offset());
static_assert(offset_of("rsi") == on_probe::si.offset() && offset_of("rdi") == on_probe::di.offset());
static_assert(offset_of("rsp") == on_probe::sp.offset() && offset_of("rbp") == on_probe::bp.offset());
static_assert(offset_of("r8d") == on_probe::r8.offset() && offset_of("r9w") == on_probe::r9.offset());
static_assert(offset_of("r10b") == on_probe::r10.offset() && offset_of("r11") == on_probe::r11.offset());
static_assert(offset_of("r12") == on_probe::r12.offset() && offset_of("r13") == on_probe::r13.offset());
static_assert(offset_of("r14") == on_probe::r14.offset() && offset_of("r15") == on_probe::r15.offset());

#elif defined(__aarch64__)

static_assert(register_named(machine::aarch64, "x30")->offset == offsetof(user_regs_struct, regs) + 30 * 8);
static_assert(register_named(machine::aarch64, "sp")->offset == offsetof(user_regs_struct, sp));

#endif

// ---- the code ----

using namespace bpfxx::insn;

constexpr bool is_nothing(instruction one) { return one == instruction{0x05, 0, 0, 0}; }

constexpr bool rest_does_nothing(argument_code const& code, std::size_t from) {
    for (std::size_t i = from; i != code.size(); ++i)
        if (!is_nothing(code[i])) return false;
    return from == 0 || !is_nothing(code[from - 1]);
}

constexpr auto whole = read_argument(r0, r6, x86("8@%rdi"));
static_assert(whole[0] == load<std::uint64_t>(r0, r6 + 112) && rest_does_nothing(whole, 1));

constexpr auto half = read_argument(r2, r9, x86("-4@%eax"));
static_assert(half[0] == load<std::uint64_t>(r2, r9 + 80) && half[1] == lsh(r2, 32) && half[2] == arsh(r2, 32) &&
              rest_does_nothing(half, 3));

constexpr auto second_byte = read_argument(r0, r6, x86("1@%ah"));
static_assert(second_byte[1] == rsh(r0, 8) && second_byte[2] == lsh(r0, 56) && second_byte[3] == rsh(r0, 56) &&
              rest_does_nothing(second_byte, 4));

constexpr auto number = read_argument(r7, r6, x86("8@$0x1122334455667788"));
static_assert(number[0] == load_imm64(r7, 0x1122'3344'5566'7788).first && number[1].imm == 0x1122'3344 &&
              rest_does_nothing(number, 2));

constexpr auto longest = read_argument(r0, r6, x86("-2@-8(%rax,%rbx,4)"), -16);
static_assert(longest[0] == load<std::uint64_t>(r3, r6 + 80) && longest[1] == load<std::uint64_t>(r2, r6 + 40) &&
              longest[2] == lsh(r2, 2) && longest[3] == add(r3, r2) && longest[4] == add(r3, -8) &&
              longest[5] == mov(r1, r10) && longest[6] == add(r1, -16) && longest[7] == mov(r2, 2) &&
              longest[8] == bpfxx::insn::call(helper::probe_read_user) &&
              longest[9] == load<std::uint16_t>(r0, r10 - 16) && longest[10] == lsh(r0, 48) &&
              longest[11] == arsh(r0, 48));

constexpr auto no_base = read_argument(r8, r6, x86("8@(,%rcx,8)"));
static_assert(no_base[0] == mov(r3, 0) && no_base[2] == lsh(r2, 3) && no_base[9] == load<std::uint64_t>(r8, r10 - 8) &&
              rest_does_nothing(no_base, 10));

// It stands in a program as a statement.
constexpr auto program = assemble(mov(r6, r1), read_argument(r0, r6, x86("4@-20(%rbp)")), bpfxx::insn::exit());
static_assert(program.instructions().size() == argument_code_size + 2);

} // namespace
