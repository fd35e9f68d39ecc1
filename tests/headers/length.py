"""No header is longer than 400 lines: past that, split it by concept."""
import tree

LIMIT = 400

repository, _, _ = tree.arguments(__doc__)
lengths = {header: len(repository.text(header).splitlines()) for header in repository.headers}
tree.finish([f'{header}: {length} lines, and {LIMIT} is the limit' for header, length in lengths.items() if length > LIMIT])
