"""all.hpp and object/all.hpp together include every header but those of opt_in.txt, in order. `all.py --write` writes them."""
import tree

ROOMS = ['object/all.hpp', 'all.hpp']

repository, options, _ = tree.arguments(__doc__, ('--write', {'action': 'store_true'}))
faults = []
for name in ROOMS:
    room = name.removesuffix('all.hpp')
    others = [other for other in ROOMS if other != name and not room]
    left_out = {header for header in repository.headers for other in others if header.startswith(other.removesuffix('all.hpp'))}
    listed = sorted([*others, *(header for header in repository.headers
                                if header.startswith(room) and header not in {*ROOMS, *left_out, *repository.opt_in()})])
    expected = '#pragma once\n// kernel\n// SPDX-License-Identifier: BSL-1.0\n\n'
    expected += ''.join(f'#include <bpfxx/{header}>\n' for header in listed)
    if options.write:
        (repository.include / name).write_text(expected, encoding='utf-8')
        continue
    if name not in repository.headers:
        faults.append(f'there is no {name}')
        continue
    present = repository.own_includes(name)
    faults += [f'{name} lacks {header}' for header in listed if header not in present]
    faults += [f'{name} has {header}, which it should not' for header in present if header not in listed]
    if set(present) == set(listed) and repository.text(name) != expected:
        faults.append(f'{name} is out of order')
if faults:
    faults.append('python3 tests/headers/all.py --write puts that right')
tree.finish(faults)
