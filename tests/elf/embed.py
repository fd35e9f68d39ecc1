"""Makes small_object.hpp of the objects given, as string literals; with --check it only compares.

    python3 embed.py [--check] small.bpf.o small_big_endian.bpf.o
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def literal(data):
    """Octal escapes of three digits, so that none runs into what follows."""
    lines = [data[at:at + 28] for at in range(0, len(data), 28)]
    return '\n'.join('    "' + ''.join(f'\\{byte:03o}' for byte in line) + '"' for line in lines)


def header(names):
    text = '#pragma once\n// Made by embed.py.\n\n// clang-format off\n'
    for name in names:
        data = (HERE / name).read_bytes()
        text += f'inline constexpr char {name.split(".")[0]}_object[] =\n{literal(data)};\n'
    return text


names = [argument for argument in sys.argv[1:] if argument != '--check']
target = HERE / 'small_object.hpp'
if '--check' in sys.argv:
    if target.read_text() != header(names):
        sys.exit(f'{target.name} is not what embed.py makes of the objects')
else:
    target.write_text(header(names))
