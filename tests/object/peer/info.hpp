#pragma once
// What the kernel says of descriptors, asked without bpfxx and without libbpf.

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace peer {

namespace detail {

template <class Info>
bool ask(int fd, Info& info) {
    bpf_attr attr{};
    attr.info.bpf_fd = static_cast<std::uint32_t>(fd);
    attr.info.info_len = sizeof info;
    attr.info.info = reinterpret_cast<std::uintptr_t>(&info);
    return syscall(__NR_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr) == 0;
}

/// Padding too: the kernel refuses what it does not know and is not zero.
template <class Info>
void clear(Info& info) {
    std::memset(&info, 0, sizeof info);
}

template <class Element>
std::uint64_t address(std::vector<Element>& elements) {
    return reinterpret_cast<std::uintptr_t>(elements.data());
}

} // namespace detail

inline std::optional<bpf_map_info> ask_map(int fd) {
    bpf_map_info info;
    detail::clear(info);
    if (!detail::ask(fd, info)) return std::nullopt;
    return info;
}

struct asked_program {
    bpf_prog_info info;
    std::vector<bpf_insn> xlated;
    std::vector<bpf_func_info> functions;
    std::vector<bpf_line_info> lines;
};

inline std::optional<asked_program> ask_program(int fd) {
    bpf_prog_info sizes;
    detail::clear(sizes);
    if (!detail::ask(fd, sizes)) return std::nullopt;
    asked_program asked;
    detail::clear(asked.info);
    asked.xlated.resize(sizes.xlated_prog_len / sizeof(bpf_insn));
    asked.functions.resize(sizes.nr_func_info);
    asked.lines.resize(sizes.nr_line_info);
    auto& info = asked.info;
    info.xlated_prog_len = sizes.xlated_prog_len;
    info.xlated_prog_insns = detail::address(asked.xlated);
    info.nr_func_info = sizes.nr_func_info;
    info.func_info_rec_size = sizeof(bpf_func_info);
    info.func_info = detail::address(asked.functions);
    info.nr_line_info = sizes.nr_line_info;
    info.line_info_rec_size = sizeof(bpf_line_info);
    info.line_info = detail::address(asked.lines);
    if (!detail::ask(fd, info)) return std::nullopt;
    return asked;
}

inline std::optional<std::vector<std::uint8_t>> ask_btf(int fd) {
    bpf_btf_info info;
    detail::clear(info);
    if (!detail::ask(fd, info)) return std::nullopt;
    std::vector<std::uint8_t> bytes(info.btf_size);
    detail::clear(info);
    info.btf = detail::address(bytes);
    info.btf_size = static_cast<std::uint32_t>(bytes.size());
    if (!detail::ask(fd, info)) return std::nullopt;
    return bytes;
}

/// FNV-1a.
inline std::uint64_t hash_of(std::vector<std::uint8_t> const& bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (auto const byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
    return hash;
}

inline std::optional<std::vector<std::uint8_t>> look_up(int fd, std::uint32_t key, std::uint32_t value_size) {
    std::vector<std::uint8_t> value(value_size);
    bpf_attr attr{};
    attr.map_fd = static_cast<std::uint32_t>(fd);
    attr.key = reinterpret_cast<std::uintptr_t>(&key);
    attr.value = detail::address(value);
    if (syscall(__NR_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr) != 0) return std::nullopt;
    return value;
}

/// Only /proc knows.
inline bool is_frozen(int fd) {
    std::ifstream lines("/proc/self/fdinfo/" + std::to_string(fd));
    for (std::string line; std::getline(lines, line);)
        if (line.rfind("frozen:", 0) == 0) return line.find('1') != std::string::npos;
    return false;
}

} // namespace peer
