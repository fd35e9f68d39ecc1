#!/bin/sh
# syscall_names.sh OUTPUT COMPILER...: writes a C++ header with the number and name of every system call of the architecture
# that the compiler compiles for. <asm/unistd.h> says them; some are defined by other macros, so the compiler expands them.
set -eu
output=$1
shift
names=$(echo '#include <asm/unistd.h>' | "$@" -E -dM -x c++ - | sed -n 's/^#define __NR_\([a-z_][a-z0-9_]*\) .*/\1/p' | grep -vxE 'syscalls|arch_specific_syscall' | sort)
{
    echo '#pragma once'
    echo '#include <cstdint>'
    echo '#include <string_view>'
    echo 'struct syscall_name {'
    echo '    std::uint32_t number;'
    echo '    std::string_view name;'
    echo '};'
    echo 'inline constexpr syscall_name syscall_names[] = {'
    {
        echo '#include <asm/unistd.h>'
        for name in $names; do echo "entry __NR_$name \"$name\""; done
    } | "$@" -E -P -x c++ - | sed -n 's/^entry \(.*\) \("[a-z0-9_]*"\)$/    {\1, \2},/p' | sort -t'{' -k2n
    echo '};'
} >"$output.new"
mv "$output.new" "$output"
