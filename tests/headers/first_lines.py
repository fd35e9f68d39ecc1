"""Line 1 is `#pragma once`, line 2 is exactly `// pure` or `// kernel`."""
import tree

repository, _, _ = tree.arguments(__doc__)
faults = []
for header in repository.headers:
    lines = repository.lines(header)
    if lines[0] != '#pragma once':
        faults.append(f'{header}: line 1 is not "#pragma once"')
    if lines[1:2] not in (['// pure'], ['// kernel']):
        faults.append(f'{header}: line 2 is neither "// pure" nor "// kernel"')
tree.finish(faults)
