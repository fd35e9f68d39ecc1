#pragma once
// Functions of this executable to attach to, and where they are in its file.

#include <cstdint>
#include <link.h>
#include <string>
#include <unistd.h>

namespace support {

// One copy of each, called as it stands: g++ would make others for the arguments that it sees.
#ifdef __clang__
#    define BPFXX_TESTS_PROBED [[gnu::noinline]]
#else
#    define BPFXX_TESTS_PROBED [[gnu::noipa]]
#endif

// Each has some instructions of its own, so that none is merged with another.
BPFXX_TESTS_PROBED inline int probed_first(int number) {
    asm volatile("" : "+r"(number));
    return number + 1;
}
BPFXX_TESTS_PROBED inline int probed_second(int number) {
    asm volatile("" : "+r"(number));
    return number + 2;
}
BPFXX_TESTS_PROBED inline int probed_third(int number) {
    asm volatile("" : "+r"(number));
    return number + 3;
}

#undef BPFXX_TESTS_PROBED

/// The file of this executable.
[[nodiscard]] inline std::string const& own_path() {
    static std::string const path = [] {
        char text[4096];
        auto const size = readlink("/proc/self/exe", text, sizeof text);
        return std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    }();
    return path;
}

/// Where an address of this executable is in its file.
[[nodiscard]] inline std::uint64_t own_offset(void const* address) {
    struct search {
        std::uintptr_t address;
        std::uint64_t offset;
    } what{reinterpret_cast<std::uintptr_t>(address), 0};
    dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* given) {
            auto& wanted = *static_cast<search*>(given);
            for (int i = 0; i != object->dlpi_phnum; ++i) {
                auto const& segment = object->dlpi_phdr[i];
                auto const start = object->dlpi_addr + segment.p_vaddr;
                if (segment.p_type != PT_LOAD || wanted.address < start || wanted.address >= start + segment.p_memsz)
                    continue;
                wanted.offset = wanted.address - start + segment.p_offset;
            }
            return 1; // the executable itself comes first
        },
        &what);
    return what.offset;
}

[[nodiscard]] inline std::uint64_t own_offset(int (*function)(int)) {
    return own_offset(reinterpret_cast<void const*>(function));
}

} // namespace support
