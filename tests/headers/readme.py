"""Every C++ snippet of README.md and docs/*.md stands, line for line, in an example or a test, where it is compiled."""
import re

import tree

repository, _, _ = tree.arguments(__doc__)
sources = [path.read_text(encoding='utf-8') for room in ('examples', 'tests') for path in sorted((repository.root / room).rglob('*.cpp'))]
faults = []
found = 0
for text in [repository.root / 'README.md', *sorted((repository.root / 'docs').glob('*.md'))]:
    for snippet in re.findall(r'^```cpp\n(.*?)^```', text.read_text(encoding='utf-8'), re.MULTILINE | re.DOTALL):
        found += 1
        if not any(snippet in source for source in sources):
            faults.append(f'{text.name}: this snippet stands in no example and no test:\n{snippet}')
if not found:
    faults.append('README.md has no snippet')
tree.finish(faults)
