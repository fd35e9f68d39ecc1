"""Every header has a test that includes it by name."""
import tree

repository, _, _ = tree.arguments(__doc__)
tests = repository.root / 'tests'
included = set()
for path in [*tests.rglob('*.cpp'), *tests.rglob('*.hpp')]:
    if tests / 'headers' not in path.parents:
        included.update(name[1:-1] for name in tree.INCLUDE.findall(path.read_text(encoding='utf-8')))
tree.finish([f'{header}: no test includes <bpfxx/{header}>'
             for header in repository.headers if header != 'all.hpp' and f'bpfxx/{header}' not in included])
