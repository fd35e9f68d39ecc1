"""What bpfxx costs the compiler: compile.py INCLUDE_DIRECTORY [REPETITIONS], for g++ and for clang++-19 where they are installed.

Each row is a source file; it says the median of the user time to compile it without code generation, and how much that is
more than an empty file takes, or for an object, than its header takes. The programs load context fields, branch to labels,
look a map up and store to the stack. The objects count system calls in that many programs, with BTF and source lines; they
are opened, loaded and attached. They need a compiler for BPF and libbpf's headers: without them their rows are left out.
"""
import os
import pathlib
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


BPF = '''#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, unsigned); __type(value, unsigned long long); } counts SEC(".maps");
unsigned wanted = 0;
'''
BPF_PROGRAM = '''
SEC("tracepoint/syscalls/sys_enter_{call}")
int count_{number}(void *context) {{
    unsigned key = bpf_get_current_pid_tgid() >> 32;
    if (wanted && key != wanted)
        return 0;
    unsigned long long *count = bpf_map_lookup_elem(&counts, &key);
    if (count) {{
        __sync_fetch_and_add(count, 1);
        return 0;
    }}
    unsigned long long first = {number};
    bpf_map_update_elem(&counts, &key, &first, BPF_NOEXIST);
    return 0;
}}
'''
CALLS = ['read', 'write', 'close', 'openat', 'futex', 'mmap', 'munmap', 'poll']


def object_header(maker, folder, programs):
    """The header of an object with so many programs, and how many bytes the object has."""
    name = os.path.join(folder, f'sized_{programs}.bpf.')
    with open(name + 'c', 'w', encoding='utf-8') as file:
        file.write(BPF + ''.join(BPF_PROGRAM.format(number=n, call=CALLS[n % len(CALLS)]) for n in range(programs)))
    made = subprocess.run([sys.executable, maker, name + 'c', '-o', name + 'hpp', '--object', name + 'o'], capture_output=True)
    return (f'sized_{programs}', os.path.getsize(name + 'o')) if made.returncode == 0 else None


def objects(maker, folder):
    """Objects of about 4, 20 and 100 KB."""
    found = {}
    for wanted in (4, 20, 100):
        # The size of all but a first program is proportional to their number.
        one, three = object_header(maker, folder, 1), object_header(maker, folder, 3)
        if one is None or three is None:
            return {}
        each = (three[1] - one[1]) / 2
        programs = max(1, round((wanted * 1000 - one[1]) / each) + 1)
        name, size = object_header(maker, folder, programs)
        if programs > 3: # what few of them share is little by then
            name, size = object_header(maker, folder, round(programs * wanted * 1000 / size))
        found[f'object<bytes> of {size / 1000:.0f} KB'] = (
            f'#include <bpfxx/object/object.hpp>\n#include "{name}.bpf.hpp"\nusing app = bpfxx::object::object<{name}_object>;\n'
            'bool run() {\n    auto loaded = app::open().set<"wanted">(1).load();\n    return loaded && loaded->attach_all();\n}\n')
    return found


OBJECT_HEADER = 'object/object.hpp'
SOURCES = {
    'nothing': '',
    'map/hash.hpp': '#include <bpfxx/map/hash.hpp>\n',
    'program/handle.hpp': '#include <bpfxx/program/handle.hpp>\n',
    'insn/assemble.hpp': '#include <bpfxx/insn/assemble.hpp>\n',
    OBJECT_HEADER: f'#include <bpfxx/{OBJECT_HEADER}>\n',
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
    maker = str(pathlib.Path(__file__).resolve().parents[2] / 'bpf' / 'bpfxx-object')
    compilers = [name for name in ('g++', 'clang++-19') if shutil.which(name)]
    with tempfile.TemporaryDirectory() as folder:
        sources = SOURCES | objects(maker, folder)
        for compiler in compilers:
            print(f'{compiler}: median of {repetitions}, seconds of user time')
            took = {}
            for name, text in sources.items():
                path = os.path.join(folder, 'source.cpp')
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(text)
                command = [compiler, '-std=c++20', '-fsyntax-only', f'-I{include}', path]
                took[name] = statistics.median(user_seconds(command) for _ in range(repetitions))
                base = OBJECT_HEADER if name not in SOURCES else 'nothing'
                print(f'    {name:36} {took[name]:6.2f}   {took[name] - took[base]:+6.2f}', flush=True)


main(sys.argv[1], *map(int, sys.argv[2:]))
