"""Every source file under a folder stands in a list of a meson.build, and what uses the fake kernel in the list `fake`.

LISTS holds what the meson.build files list, one list a line: `fake kernel_selftest.cpp …` and `others …`, relative to the folder.
"""
import pathlib
import re

import tree

QUOTED = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
NOT_BUILT_BY_THE_LISTS = ['consumer/']

repository, options, _ = tree.arguments(__doc__.split('\n')[0], ('lists', {}), ('--under', {'required': True}))
lists = {line.split()[0]: line.split()[1:] for line in pathlib.Path(options.lists).read_text(encoding='utf-8').splitlines()}
folder = repository.root / options.under


def reaches_the_fake(path, seen):
    """Whether a source includes fake/kernel.hpp, by itself or through a header of the tests."""
    seen.add(path)
    included = [folder / name for name in QUOTED.findall(path.read_text(encoding='utf-8'))]
    return folder / 'fake/kernel.hpp' in included or any(
        reaches_the_fake(other, seen) for other in included if other.is_file() and other not in seen)


faults = []
for path in sorted(folder.rglob('*.cpp')):
    name = path.relative_to(folder).as_posix()
    if any(name.startswith(other) for other in NOT_BUILT_BY_THE_LISTS):
        continue
    if name not in [*lists['fake'], *lists['others']]:
        faults.append(f'{options.under}/{name} stands in no list of a meson.build, so nothing compiles it')
    elif name not in lists['fake'] and name != 'main.cpp' and reaches_the_fake(path, set()):
        faults.append(f'{options.under}/{name} uses the fake kernel and does not stand in the list `fake`')
tree.finish(faults)
