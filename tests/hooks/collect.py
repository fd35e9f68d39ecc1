"""Makes tests/hooks/fired.txt of what the kernel tests print: collect.py KERNEL=FILE..., such as 6.12=output.txt.

Each line of the result is a kind of program, a hook, and the kernels on which the one was seen to run at the other. Kernels that are not
named keep their lines."""
import pathlib
import re
import sys

RESULT = pathlib.Path(__file__).parent / 'fired.txt'
COLOUR = re.compile(r'\x1b\[[0-9;]*m')
FIRED = re.compile(r'fired: (\S+) (.+?)\s*$')


def order(kernel):
    return tuple(-int(part) for part in kernel.split('.'))


def main():
    seen = {}  # (kind, hook): kernels
    for line in RESULT.read_text().splitlines() if RESULT.exists() else []:
        kind, hook, kernels = line.split(' ', 2)
        seen[kind, hook] = set(kernels.split(', '))
    for argument in sys.argv[1:]:
        kernel, name = argument.split('=', 1)
        for kernels in seen.values():
            kernels.discard(kernel)
        for line in pathlib.Path(name).read_text(errors='replace').splitlines():
            found = FIRED.search(COLOUR.sub('', line))
            if found:
                seen.setdefault((found[1], found[2].replace(' ', '')), set()).add(kernel)
    rows = (f'{kind} {hook} {", ".join(sorted(kernels, key=order))}' for (kind, hook), kernels in sorted(seen.items()) if kernels)
    RESULT.write_text(''.join(row + '\n' for row in rows))


if __name__ == '__main__':
    main()
