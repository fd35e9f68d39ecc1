"""What bpfxx-object writes of every object of tests/object holds exactly its bytes, and its refusals say what is wrong.

    python3 by_hand.py COMPILER...

The headers of two of them are compiled, warnings being errors.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOOL = HERE.parents[2] / 'bpf' / 'bpfxx-object'
ESCAPE = re.compile(r'\\([0-7]{3})|(.)', re.S)
LINE = re.compile(r'^    "(.*)";?$', re.M)


def tool(*arguments, environment=None):
    return subprocess.run([sys.executable, TOOL, *arguments], capture_output=True, text=True, env=environment)


def bytes_of(header):
    text = ''.join(LINE.findall(header))
    return bytes(int(octal, 8) if octal else ord(shown) for octal, shown in ESCAPE.findall(text))


def every_byte(folder):
    """An object that has every byte after every other, so that no escape goes wrong unseen."""
    start = bytearray((HERE.parent / 'minimal.bpf.o').read_bytes())
    for first in range(256):
        start += bytes(byte for second in range(256) for byte in (first, second))
    path = folder / '2-every byte.bpf.o'
    path.write_bytes(start)
    return path


faults = []
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    everything = every_byte(folder)
    for path in [*sorted(HERE.parent.glob('*.bpf.o')), everything]:
        header = folder / 'made.hpp'
        made = tool(str(path), '-o', str(header), '--name', 'made', '--depfile', str(folder / 'd'))
        if made.returncode or bytes_of(header.read_text()) != path.read_bytes():
            faults.append(f'{path.name}: its header has other bytes {made.stderr}')
        if (folder / 'd').read_text() != f'{header}: {path}\n':
            faults.append(f'{path.name}: the header depends on it, and the file of dependences does not say so')

    tool(str(everything), '-o', str(folder / 'every.hpp'), '--name', 'every')
    tool(str(HERE.parent / 'minimal.bpf.o'), '-o', str(folder / 'minimal.bpf.hpp'))
    (folder / 'every.bytes').write_bytes(everything.read_bytes())
    (folder / 'both.cpp').write_text('''#include "every.hpp"
#include "minimal.bpf.hpp"
#include "minimal.bpf.hpp"
#include <cstdio>
static_assert(minimal_object[1] == 'E');
int main() { return std::fwrite(every, 1, sizeof every - 1, stdout) == sizeof every - 1 ? 0 : 1; }
''')
    flags = ['-std=c++20', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Werror']
    subprocess.run([*sys.argv[1:], *flags, str(folder / 'both.cpp'), '-o', str(folder / 'both')], check=True)
    if subprocess.run([folder / 'both'], capture_output=True, check=True).stdout != everything.read_bytes():
        faults.append('the compiler reads other bytes than were written')

    for arguments, said in {
        (str(HERE / 'app.bpf.c'),): 'say what to write',
        ('/no/such/file', '-o', 'x'): 'there is no /no/such/file',
        (str(everything), '-o', str(folder / 'x')): '2_every_byte_object is not a name in C++',
        (sys.executable, '-o', str(folder / 'x')): 'not for BPF',
        (str(HERE / 'app.bpf.c'), '-o', str(folder / 'x'), '--compiler', 'no-such-compiler'): 'there is no compiler no-such-compiler',
    }.items():
        answer = tool(*arguments)
        if answer.returncode == 0 or said not in answer.stderr:
            faults.append(f'{arguments} does not fail with: {said}')
    answer = tool(str(HERE / 'app.bpf.c'), '-o', str(folder / 'x'), environment={'PATH': '/nowhere'})
    if answer.returncode == 0 or 'no clang that knows the target bpf' not in answer.stderr:
        faults.append(f'without a compiler it says: {answer.stderr}')

print('\n'.join(faults))
sys.exit(1 if faults else 0)
