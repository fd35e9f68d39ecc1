"""all.hpp includes every header but those of opt_in.txt, in order. `all.py --write` writes it."""
import tree

repository, options, _ = tree.arguments(__doc__, ('--write', {'action': 'store_true'}))
listed = [header for header in repository.headers if header != 'all.hpp' and header not in repository.opt_in()]
expected = '#pragma once\n// kernel\n// SPDX-License-Identifier: BSL-1.0\n\n'
expected += ''.join(f'#include <bpfxx/{header}>\n' for header in listed)
if options.write:
    (repository.include / 'all.hpp').write_text(expected, encoding='utf-8')
    tree.finish([])

faults = []
if 'all.hpp' not in repository.headers:
    tree.finish(['there is no all.hpp'])
present = repository.own_includes('all.hpp')
faults += [f'all.hpp lacks {header}' for header in listed if header not in present]
faults += [f'all.hpp has {header}, which is not a header or is one of opt_in.txt' for header in present if header not in listed]
if not faults and repository.text('all.hpp') != expected:
    faults.append('all.hpp is out of order')
if faults:
    faults.append('python3 tests/headers/all.py --write puts that right')
tree.finish(faults)
