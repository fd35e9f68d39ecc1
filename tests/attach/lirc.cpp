// SPDX-License-Identifier: BSL-1.0
// Infrared receivers on the running kernel, as far as one can go without such a device; the rest is in the fake kernel.
#include <bpfxx/attach/lirc.hpp>

#include <bpfxx/fd.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

using namespace bpfxx;

TEST_CASE("what is no infrared receiver takes no program") {
    constexpr auto nothing = insn::assemble(insn::mov(insn::r0, 0), insn::exit());
    auto const program = lirc_mode2_program::load({.insns = nothing, .license = "GPL"});
    if (!program) {
        CHECK(program.error() == error{errc::einval, command::prog_load});
        return support::skip("this kernel has no programs for infrared receivers (CONFIG_BPF_LIRC_MODE2)");
    }
    auto const other = owned_fd<kind::device>::adopt_raw(::open("/dev/null", O_RDWR | O_CLOEXEC)).value();
    auto const attached = program->attach(direct::lirc_hook{.device = other});
    CHECK(attached.error() == error{errc::einval, command::prog_attach});
}
