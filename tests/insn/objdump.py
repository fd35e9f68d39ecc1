"""The disassembler against LLVM's: objects that clang compiles from objdump/*.c for every version of the instruction set,
line by line, and random instructions through LLVM's assembler, byte by byte.

usage: objdump.py PROGRAM SOURCES, where PROGRAM is made from objdump.cpp and SOURCES is the folder of C files.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
LLVM = 19
LEAST_INSTRUCTIONS = 2000
RANDOM_INSTRUCTIONS = 50_000
SEED = 4


def tool(name):
    path = shutil.which(f'{name}-{LLVM}')
    if not path:
        print(f'skipped: there is no {name}-{LLVM} (Debian packages clang-{LLVM}, llvm-{LLVM})')
        sys.exit(SKIPPED)
    return path


CLANG, OBJDUMP, OBJCOPY, MC = tool('clang'), tool('llvm-objdump'), tool('llvm-objcopy'), tool('llvm-mc')


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, **options).stdout


def llvm_lines(stdout):
    """Slot and text of each instruction; the label behind a jump goes, since a program has none."""
    for line in stdout.decode().splitlines():
        found = re.match(r'\s+(\d+):\t(.*?)( <[^<>]*>)?$', line)
        if found:
            yield int(found[1]), found[2]


def our_lines(stdout):
    for line in stdout.decode().splitlines():
        slot, text = line.split('\t', 1)
        yield int(slot), text


def as_llvm(text):
    """LLVM writes the call of a subprogram as it writes the call of a helper."""
    return re.sub(r'^call pc\+?', 'call ', text)


def differences(what, ours, llvms):
    faults = 0
    if len(ours) != len(llvms):
        print(f'{what}: {len(ours)} instructions and LLVM sees {len(llvms)}')
        faults += 1
    for (our_slot, our_text), (slot, text) in zip(ours, llvms):
        if (our_slot, as_llvm(our_text)) != (slot, text):
            print(f'{what}: {our_slot}: {our_text!r}, and LLVM has {slot}: {text!r}')
            faults += 1
    return faults


def known(pairs):
    """Without what LLVM's 64-bit spelling has no text for, or that of another instruction: 32-bit atomics."""
    return [(ours, llvms) for ours, llvms in pairs if llvms[1] != '<unknown>' and 'atomic_fetch_add((u32' not in ours[1]]


def compare_objects(program, sources, folder):
    instructions = faults = 0
    for source in sorted(sources.glob('*.c')):
        for version in ('v1', 'v2', 'v3', 'v4'):
            built, code = folder / 'built.o', folder / 'code'
            run(CLANG, '-target', 'bpf', '-O2', '-Wall', '-Werror', f'-mcpu={version}', '-c', source, '-o', built)
            run(OBJCOPY, '-O', 'binary', '--only-section=.text', built, code)
            for options, ours in (([], []), (['--mattr=+alu32', '--mcpu=v4'], ['alu32'])):
                llvms = list(llvm_lines(run(OBJDUMP, '-d', '--no-show-raw-insn', '-j', '.text', *options, built)))
                mine = list(our_lines(run(program, 'dump', code, *ours)))
                if not ours and len(mine) == len(llvms):
                    pairs = known(zip(mine, llvms))
                    mine, llvms = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
                instructions += len(mine)
                faults += differences(f'{source.name} {version} {" ".join(options)}', mine, llvms)
            texts = ''.join(f'{text}\n' for _, text in our_lines(run(program, 'dump', code)))
            if run(program, 'read', input=texts.encode()) != code.read_bytes():
                print(f'{source.name} {version}: what is read back differs')
                faults += 1
    print(f'objects: {instructions} instructions compared, {faults} differences')
    if instructions < LEAST_INSTRUCTIONS:
        print(f'fewer than {LEAST_INSTRUCTIONS}: the sources have lost their purpose')
        faults += 1
    return faults


def compare_random(program, folder):
    code, assembly, built, back = (folder / name for name in ('code', 'random.s', 'random.o', 'back'))
    texts = run(program, 'random', RANDOM_INSTRUCTIONS, SEED, code).decode().splitlines()
    assembly.write_text('\n'.join(texts) + '\n')
    run(MC, '-triple', 'bpfel', '-mcpu=v4', '-filetype=obj', assembly, '-o', built)
    run(OBJCOPY, '-O', 'binary', '--only-section=.text', built, back)
    want, got, at, faults = code.read_bytes(), back.read_bytes(), 0, 0
    for text in texts:
        size = 16 if want[at] == 0x18 else 8
        if want[at:at + size] != got[at:at + size]:
            print(f'{text!r}: {want[at:at + size].hex(" ")}, and LLVM has {got[at:at + size].hex(" ")}')
            faults += 1
        at += size
    faults += at != len(want) or at != len(got)
    # The assembler takes blanks and numbers as they come: the spelling is compared as well.
    llvms = list(llvm_lines(run(OBJDUMP, '-d', '-z', '--no-show-raw-insn', '--mcpu=v4', '--mattr=+alu32', built)))
    faults += differences('random', list(our_lines(run(program, 'dump', code, 'alu32'))), llvms)
    print(f'random: {len(texts)} instructions assembled by LLVM, {faults} differences')
    return faults


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if sys.byteorder != 'little':
        print('skipped: LLVM is asked for little-endian objects, and this machine is big-endian')
        sys.exit(SKIPPED)
    program, sources = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        faults = compare_objects(program, sources, folder) + compare_random(program, folder)
    sys.exit(1 if faults else 0)


main()
