"""Makes the headers in made/ of objects, as bpfxx-object does for users; with --check it only compares.

    python3 made.py [--check]
"""
import filecmp
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
OBJECTS = [
    'arena',
    'core_task',
    'data_sections',
    'kconfig',
    'map_in_map',
    'maps',
    'minimal',
    'optional',
    'records',
    'struct_ops',
    'struct_ops_link',
    'usdt',
]


def make(name, folder):
    command = [sys.executable, HERE.parent.parent / 'bpf/bpfxx-object', HERE / f'{name}.bpf.o', '-o', folder / f'{name}.bpf.hpp']
    subprocess.run(command, check=True)


if '--check' not in sys.argv:
    for each in OBJECTS:
        make(each, HERE / 'made')
    sys.exit()
with tempfile.TemporaryDirectory() as kept:
    for each in OBJECTS:
        make(each, pathlib.Path(kept))
        if not filecmp.cmp(f'{kept}/{each}.bpf.hpp', HERE / 'made' / f'{each}.bpf.hpp', shallow=False):
            sys.exit(f'made/{each}.bpf.hpp is not what made.py makes of the object')
