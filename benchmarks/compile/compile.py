"""What bpfxx costs the compiler: compile.py INCLUDE_DIRECTORY [REPETITIONS], for g++ and for clang++-19 where they are installed.

Each row is a source file; it says the median of the user time to compile it without code generation, and how much that is
more than an empty file takes. The programs load context fields, branch to labels, look a map up and store to the stack.
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

BLOCK = '''load<std::uint32_t>(r7, r6 + {field}), jump_if(r7 > {number}, "skip {number}"), mov(r1, 1),
    store<std::uint64_t>(r10 - 8, r7), mov(r2, r10), add(r2, -8), load_map(r1, counts),
    call(helper::map_lookup_elem), jump_if(r0 == 0, "skip {number}"), mov(r1, 1),
    atomic_add<std::uint64_t>(r0 + 0, r1), label("skip {number}"),'''


def branching(slots, kind=''):
    blocks = [BLOCK.format(field=4 * (number % 4), number=number) for number in range((slots - 3) // 12)]
    return program(f'assemble{kind}(mov(r6, r1),\n    ' + '\n    '.join(blocks) + '\n    mov(r0, 0), exit())')


def straight(slots):
    return program('assemble(mov(r6, 1),\n' + 'add(r6, 1),\n' * (slots - 3) + 'mov(r0, 0), exit())')


def program(expression):
    return ('#include <bpfxx/insn/assemble.hpp>\n#include <bpfxx/program/context.hpp>\nusing namespace bpfxx::insn;\n'
            f'constexpr map_slot<0> counts{{}};\nconstexpr auto code = {expression};\n')


SOURCES = {
    'nothing': '',
    'map/hash.hpp': '#include <bpfxx/map/hash.hpp>\n',
    'program/handle.hpp': '#include <bpfxx/program/handle.hpp>\n',
    'insn/assemble.hpp': '#include <bpfxx/insn/assemble.hpp>\n',
    'all.hpp': '#include <bpfxx/all.hpp>\n',
    '100 instructions': branching(100),
    '1,000 instructions': branching(1000),
    '1,000 instructions, checked as XDP': branching(1000, '<bpfxx::program_kind::xdp>'),
    '1,000 instructions, no branch': straight(1000),
}


def user_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main(include, repetitions=5):
    compilers = [name for name in ('g++', 'clang++-19') if shutil.which(name)]
    with tempfile.TemporaryDirectory() as folder:
        for compiler in compilers:
            print(f'{compiler}: median of {repetitions}, seconds of user time')
            empty = 0.0
            for name, text in SOURCES.items():
                path = os.path.join(folder, 'source.cpp')
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(text)
                command = [compiler, '-std=c++20', '-fsyntax-only', f'-I{include}', path]
                took = statistics.median(user_seconds(command) for _ in range(repetitions))
                if not text:
                    empty = took
                print(f'    {name:36} {took:6.2f}   {took - empty:+6.2f}')


main(sys.argv[1], *map(int, sys.argv[2:]))
