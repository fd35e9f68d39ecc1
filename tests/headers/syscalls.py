"""Only sys/call.hpp enters the kernel by itself: no inline assembly and no syscall() elsewhere."""
import re

import tree

ENTERS = re.compile(r'\basm\s+volatile\b|\b__asm__\b|\bsyscall\(')

repository, _, _ = tree.arguments(__doc__)
faults = []
for header in repository.headers:
    if header == 'sys/call.hpp':
        continue
    for number, line in enumerate(repository.lines(header), 1):
        if ENTERS.search(line):
            faults.append(f'{header}:{number}: enters the kernel outside sys/call.hpp: {line.strip()}')
tree.finish(faults)
