#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/cpu_list.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>

#include <asm/unistd.h>
#include <fcntl.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace bpfxx {

class possible_cpus;

namespace detail {

/// For tests of machines that are not there; a list that is not the running kernel's makes buffers that it overruns.
[[nodiscard]] constexpr possible_cpus pretend_possible(cpu_list const& cpus) noexcept;

} // namespace detail

/// The processors that the running kernel may ever bring up, fixed when it boots: per-CPU maps have a value for each of
/// them, in ascending order, online or not. Only `read` makes one, so that a buffer measured by it is large enough.
/// UAPI: /sys/devices/system/cpu/possible
class possible_cpus {
  public:
    /// Asks the running kernel.
    /// Errors: ENOENT, EACCES no sysfs here; malformed_answer the file is no list of processors
    /// Costs: five system calls, no allocation; 5 KiB of stack
    [[nodiscard]] static result<possible_cpus> read() noexcept {
        long const opened =
            sys::detail::enter(__NR_openat, AT_FDCWD, reinterpret_cast<long>(path), O_RDONLY | O_CLOEXEC);
        if (sys::detail::is_failure(opened)) return sys::detail::failure(opened, command::open_file);
        struct list_of_cpus {};
        auto const file = owned_fd<list_of_cpus>::from_kernel(static_cast<int>(opened), command::open_file);
        if (!file) return file.error();
        char text[text_capacity];
        auto const size = fill(file->raw(), text);
        if (!size) return size.error();
        auto const list = detail::cpu_list::parse({text, *size});
        if (!list) return error{errc::malformed_answer, command::read_file};
        return possible_cpus{*list};
    }

    /// How many values an element of a per-CPU map has.
    [[nodiscard]] constexpr std::uint32_t count() const noexcept { return cpus_.count(); }

    /// The processor that the value at `index`, which is below `count()`, belongs to.
    [[nodiscard]] constexpr cpu_number number(std::uint32_t index) const noexcept {
        return cpu_number{cpus_.at(index)};
    }

    /// Where the value of a processor stands; nothing for one that is not possible.
    [[nodiscard]] constexpr std::optional<std::uint32_t> index(cpu_number cpu) const noexcept {
        auto const wanted = static_cast<std::uint32_t>(cpu);
        if (!cpus_.contains(wanted)) return std::nullopt;
        return cpus_.below(wanted);
    }

  private:
    static constexpr char const* path = "/sys/devices/system/cpu/possible";
    static constexpr std::size_t text_capacity = 4096;

    friend constexpr possible_cpus detail::pretend_possible(detail::cpu_list const& cpus) noexcept;

    explicit constexpr possible_cpus(detail::cpu_list const& cpus) noexcept : cpus_{cpus} {}

    // A text that fills the buffer may have been cut short, and then names too few.
    static result<std::size_t> fill(int file, char (&text)[text_capacity]) noexcept {
        std::size_t size = 0;
        while (size != text_capacity) {
            long const got = sys::detail::enter(__NR_read, file, reinterpret_cast<long>(text + size),
                                                static_cast<long>(text_capacity - size));
            if (sys::detail::is_failure(got)) return sys::detail::failure(got, command::read_file);
            if (got == 0) return size;
            size += static_cast<std::size_t>(got);
        }
        return error{errc::malformed_answer, command::read_file};
    }

    detail::cpu_list cpus_;
};

namespace detail {

constexpr possible_cpus pretend_possible(cpu_list const& cpus) noexcept { return possible_cpus{cpus}; }

} // namespace detail

} // namespace bpfxx
