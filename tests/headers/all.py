"""all.hpp includes every header but those of opt_in.txt, in order; those of a folder that has an all.hpp of its own stand
there. `all.py --write` writes them."""
import tree

repository, options, _ = tree.arguments(__doc__, ('--write', {'action': 'store_true'}))
faults = []
rooms = [header for header in repository.headers if header.endswith('/all.hpp')]
elsewhere = {header for header in repository.headers for room in rooms if header.startswith(room.removesuffix('all.hpp'))}
for name in [*rooms, 'all.hpp']:
    folder = {header for header in repository.headers if header.startswith(name.removesuffix('all.hpp'))}
    own = folder if name in rooms else folder - (elsewhere - {*rooms})
    listed = sorted(own - {name, *repository.opt_in()})
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
