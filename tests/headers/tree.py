"""What the rules of this folder share: where headers are, what they include, how a rule ends."""
import argparse
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"][^>"]+[>"])', re.MULTILINE)


class Tree:
    """A repository: this one, or a bad sample that a rule has to refuse."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.include = self.root / 'include' / 'bpfxx'
        self.headers = sorted(path.relative_to(self.include).as_posix() for path in self.include.rglob('*.hpp'))
        if not self.headers:
            sys.exit(f'no headers under {self.include}')

    def text(self, header):
        return (self.include / header).read_text(encoding='utf-8')

    def lines(self, header):
        return self.text(header).split('\n')

    def includes(self, header):
        """As written, with their brackets or quotes."""
        return INCLUDE.findall(self.text(header))

    def own_includes(self, header):
        return [name[7:-1] for name in self.includes(header) if name[1:].startswith('bpfxx/')]

    def is_pure(self, header):
        return self.lines(header)[1:2] == ['// pure']

    def table(self, name):
        """The lines of a table in tests/headers: (what stands before the #, the reason after it)."""
        rows = []
        for line in (self.root / 'tests' / 'headers' / name).read_text(encoding='utf-8').splitlines():
            if line.strip() and not line.startswith('#'):
                what, _, reason = line.partition('#')
                rows.append((what.strip(), reason.strip()))
        return rows

    def opt_in(self):
        """Headers that all.hpp leaves out, and the otherwise forbidden includes that each may have."""
        return {what.split()[0]: what.split()[1:] for what, _ in self.table('opt_in.txt')}


def arguments(description, *extra):
    """--root DIR, then what the rule asks for; after `--` the compiler command, where there is one."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--root', default=pathlib.Path(__file__).parents[2])
    for name, options in extra:
        parser.add_argument(name, **options)
    given, compiler = sys.argv[1:], []
    if '--' in given:
        at = given.index('--')
        given, compiler = given[:at], given[at + 1:]
    found = parser.parse_args(given)
    return Tree(found.root), found, compiler


def compile_text(compiler, flags, text):
    """Runs the compiler on a piece of C++."""
    return subprocess.run([*compiler, *flags, '-x', 'c++', '-'], input=text, capture_output=True, text=True)


def finish(faults):
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)
