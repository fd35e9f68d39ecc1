#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/sys/info/debug.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstddef>
#include <cstdint>

namespace bpfxx::sys::info {

/// The first eight bytes of a hash over a program's instructions.
/// UAPI: BPF_TAG_SIZE
struct program_tag {
    std::uint8_t bytes[8]{};
};

/// What the kernel says of a program. A pointer and its count go in together, the count comes out as what there is;
/// lengths of code are in bytes, other counts in elements.
/// UAPI: `struct bpf_prog_info`
/// Since: Linux 4.13
struct program {
    using kind = bpfxx::kind::program;

    program_type type{};
    program_id id{};
    program_tag tag{};
    std::uint32_t jited_prog_len = 0;
    std::uint32_t xlated_prog_len = 0;
    user_ptr<std::byte> jited_prog_insns{};
    user_ptr<insn::instruction> xlated_prog_insns{};
    std::uint64_t load_time = 0;
    std::uint32_t created_by_uid = 0;
    std::uint32_t nr_map_ids = 0;
    user_ptr<map_id> map_ids{};
    char name[16]{};
    interface_index ifindex{};
    /// Bit 0 alone has a meaning.
    std::uint32_t gpl_compatible = 0;
    std::uint64_t netns_dev = 0;
    std::uint64_t netns_ino = 0;
    std::uint32_t nr_jited_ksyms = 0;
    std::uint32_t nr_jited_func_lens = 0;
    user_ptr<std::uint64_t> jited_ksyms{};
    user_ptr<std::uint32_t> jited_func_lens{};
    bpfxx::btf_id btf_id{};
    std::uint32_t func_info_rec_size = 0;
    user_ptr<info::func_info> func_info{};
    std::uint32_t nr_func_info = 0;
    std::uint32_t nr_line_info = 0;
    user_ptr<info::line_info> line_info{};
    user_ptr<std::uint64_t> jited_line_info{};
    std::uint32_t nr_jited_line_info = 0;
    std::uint32_t line_info_rec_size = 0;
    std::uint32_t jited_line_info_rec_size = 0;
    std::uint32_t nr_prog_tags = 0;
    user_ptr<program_tag> prog_tags{};
    std::uint64_t run_time_ns = 0;
    std::uint64_t run_cnt = 0;
    std::uint64_t recursion_misses = 0;
    std::uint32_t verified_insns = 0;
    bpfxx::btf_id attach_btf_obj_id{};
    std::uint32_t attach_btf_id = 0;
    std::uint32_t reserved_1 = 0;
};

} // namespace bpfxx::sys::info
