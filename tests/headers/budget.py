"""What including a header costs, in lines after the preprocessor (g++ -E -P | wc -l), and the limits of budget.txt."""
import tree

repository, _, compiler = tree.arguments(__doc__)
limits = [(what.split()[0], int(what.split()[1])) for what, _ in repository.table('budget.txt')]
used = {unit: False for unit, _ in limits}
faults = []
print(f'{"lines":>7}  {"limit":>6}  header')
for header in repository.headers:
    done = tree.compile_text(compiler, ['-I', str(repository.root / 'include'), '-E', '-P'], f'#include <bpfxx/{header}>\n')
    if done.returncode != 0:
        faults.append(f'{header}: {done.stderr}')
        continue
    lines = done.stdout.count('\n')
    limit = None
    for unit, most in limits:
        if header.startswith(unit + '/') or header == unit + '.hpp':
            limit, used[unit] = most, True
    print(f'{lines:7}  {limit or "":>6}  {header}')
    if limit and lines > limit:
        faults.append(f'{header}: {lines} lines, and {limit} is its limit in budget.txt')
tree.finish(faults + [f'budget.txt: no header stands under {unit}' for unit in used if not used[unit]])
