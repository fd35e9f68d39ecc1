"""Makes fields.bpf.o and targets/*.btf of the sources beside them, and targets/*.txt of what libbpf makes of them.

    python3 make.py            all of it; needs clang-19, llvm-strip-19, llvm-objcopy-19, libbpf and the right to load programs
    python3 make.py --check    only compares targets/*.txt with what libbpf says; exit status 77 where that cannot be asked
"""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
TARGETS = HERE / 'targets'
PATCHED = re.compile(r"libbpf: prog '.*': relo #(\d+): patched insn #\d+ \(.*\) (imm64|imm|off|mem_sz) \d+ -> (\d+)$")
POISONED = re.compile(r"libbpf: prog '.*': relo #(\d+): substituting insn #\d+ w/ invalid insn$")
FAILED = re.compile(r"libbpf: prog '.*': relo #(\d+): failed to relocate: .*$")
SECTION = re.compile(r"libbpf: sec '(.*)': found \d+ CO-RE relocations$")


def run(*command):
    subprocess.run(command, check=True)


def compile_all():
    flags = ['-target', 'bpfel', '-g', '-O2', '-w', '-fdebug-compilation-dir=.']
    run('clang-19', *flags, '-mcpu=v3', '-c', HERE / 'fields.bpf.c', '-o', HERE / 'fields.bpf.o')
    run('llvm-strip-19', '-g', HERE / 'fields.bpf.o')
    for source in TARGETS.glob('*.c'):
        with tempfile.NamedTemporaryFile(suffix='.o') as made:
            run('clang-19', *flags, '-c', source, '-o', made.name)
            run('llvm-objcopy-19', '--dump-section', f'.BTF={source.with_suffix(".btf")}', made.name, '/dev/null')
    for name in ('same', 'moved'):
        whole = (TARGETS / f'{name}.btf').read_bytes()
        (TARGETS / f'{name}_32_bit.btf').write_bytes(with_short_long(whole))


def with_short_long(blob):
    """The BTF of a kernel for 32 bits, as far as loaders look: its long has four bytes."""
    blob = bytearray(blob)
    types, strings = struct.unpack_from('<I', blob, 12)[0], 24 + struct.unpack_from('<I', blob, 16)[0]
    fixed, entry = {1: 4, 3: 12, 14: 4, 17: 4}, {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}
    at = 24
    while at < 24 + types:
        name, info, _ = struct.unpack_from('<III', blob, at)
        kind = info >> 24 & 31
        text = blob[strings + name:blob.index(0, strings + name)]
        if kind == 1 and text in (b'long', b'unsigned long'):
            struct.pack_into('<I', blob, at + 8, 4)
            struct.pack_into('<B', blob, at + 12, 32)
        at += 12 + fixed.get(kind, 0) + entry.get(kind, 0) * (info & 0xffff)
    return blob


def outcomes(peer, target):
    """A line for each relocation, in the order of the object, up to the first one that libbpf refuses."""
    log = subprocess.run([peer, HERE / 'fields.bpf.o', target], capture_output=True, text=True).stdout
    lines, section = {}, None
    for line in log.splitlines():
        if found := SECTION.match(line):
            section = found[1]
        elif found := PATCHED.match(line):
            value = int(found[3])
            if found[2] == 'imm':
                value &= 0xffffffff
            lines[section, found[1]] = lines.get((section, found[1]), '') + f' {found[2]} {value}'
        elif found := POISONED.match(line):
            lines[section, found[1]] = ' unresolved'
        elif found := FAILED.match(line):
            lines[section, found[1]] = ' refused'
    if not lines:
        print(log[-2000:])
        sys.exit(77)
    return ''.join(f'{section} #{number}{said}\n' for (section, number), said in lines.items())


check = '--check' in sys.argv
if not check:
    compile_all()
with tempfile.TemporaryDirectory() as folder:
    peer = f'{folder}/peer'
    if subprocess.run(['cc', '-O1', HERE / 'peer.c', '-o', peer, '-lbpf']).returncode != 0:
        sys.exit(77)
    differing = []
    for target in sorted(TARGETS.glob('*.btf')):
        said, noted = outcomes(peer, target), target.with_suffix('.txt')
        if not check:
            noted.write_text(said)
        elif noted.read_text() != said:
            differing.append(noted.name)
if differing:
    sys.exit(f'libbpf says something else than {", ".join(differing)}')
