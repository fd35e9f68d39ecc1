"""Makes embedded.hpp of some objects, as string literals; with --check it only compares.

    python3 embed.py [--check]
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
NAMES = [f'{name}.bpf.o' for name in ('subprograms', 'callbacks', 'exceptions', 'kfuncs', 'kconfig', 'big_endian')]


def literal(data):
    """Octal escapes of three digits, so that none runs into what follows."""
    lines = [data[at:at + 28] for at in range(0, len(data), 28)]
    return '\n'.join('    "' + ''.join(f'\\{byte:03o}' for byte in line) + '"' for line in lines)


def header():
    text = '#pragma once\n// Made by embed.py.\n\n// clang-format off\n'
    for name in NAMES:
        data = (HERE / name).read_bytes()
        text += f'inline constexpr char {name.split(".")[0]}_object[] =\n{literal(data)};\n'
    return text


target = HERE / 'embedded.hpp'
if '--check' in sys.argv:
    if target.read_text() != header():
        sys.exit(f'{target.name} is not what embed.py makes of the objects')
else:
    target.write_text(header())
