"""The objects of this folder are what build.sh makes of their sources. Skipped (77) where clang, bpftool or libbpf is not there.

Byte by byte where the tools are those of toolchain.txt; else every section by its content, but for the tables of symbols.
"""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def tool(variable, otherwise):
    name = os.environ.get(variable, otherwise)
    if not shutil.which(name):
        print(f'no {name}')
        sys.exit(77)


def sections(data):
    """Of a 64-bit ELF file in either byte order: name → content, without what symbols and names are kept in."""
    order = '<' if data[5] == 1 else '>'
    start, = struct.unpack_from(order + 'Q', data, 0x28)
    count, names = struct.unpack_from(order + 'HH', data, 0x3c)
    rows = [struct.unpack_from(order + 'IIQQQQ', data, start + 64 * at) for at in range(count)]
    text = data[rows[names][4]:][:rows[names][5]]
    found = {}
    for name, kind, _, _, at, size in rows:
        if kind not in (0, 2, 3, 0x6fff4c03):  # nothing, symbols, their names, addresses that matter to a linker
            found[text[name:text.index(b'\0', name)].decode()] = b'' if kind == 8 else data[at:at + size]
    return found


def differences(name, ours, made, same_tools):
    if name.startswith('gcc/'):  # its BTF comes in another order each time
        ours, made = sections(ours), sections(made)
        return [name for name in sorted({*ours, *made} - {'.BTF', '.BTF.ext'}) if ours.get(name) != made.get(name)]
    if same_tools:
        return [] if ours == made else ['bytes']
    ours, made = sections(ours), sections(made)
    return [name for name in sorted({*ours, *made}) if ours.get(name) != made.get(name)]


def lines(folder):
    return (folder / 'toolchain.txt').read_text().splitlines()


tool('CLANG', 'clang-19')
tool('STRIP', 'llvm-strip-19')
tool('BPFTOOL', 'bpftool')
if not pathlib.Path('/usr/include/bpf/bpf_helpers.h').exists():
    print('no <bpf/bpf_helpers.h>')
    sys.exit(77)

with tempfile.TemporaryDirectory() as folder:
    built = pathlib.Path(folder)
    subprocess.run(['sh', HERE / 'build.sh', built], check=True)
    same_tools = set(lines(built)) <= set(lines(HERE))  # bpf-gcc need not be there
    faults = []
    names = {path.name for path in HERE.glob('*.o')} | {path.name for path in built.glob('*.o')}
    if (built / 'gcc').exists():
        names.add('gcc/counts.bpf.o')
    for name in sorted(names):
        if not (HERE / name).exists():
            faults.append(f'{name} is not committed')
        elif not (built / name).exists():
            faults.append(f'{name} is made by nothing')
        else:
            differing = differences(name, (HERE / name).read_bytes(), (built / name).read_bytes(), same_tools)
            if differing:
                faults.append(f'{name} differs from what its source makes: {", ".join(differing)}')
    print(f'{len(names)} objects, {"byte by byte" if same_tools else "section by section: other tools"}')
    print('\n'.join(faults))
    sys.exit(1 if faults else 0)
