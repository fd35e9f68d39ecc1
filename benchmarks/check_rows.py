"""check_rows.py ROWS COMMAND...: a benchmark prints exactly the rows that ROWS names, and every number is positive.

Nothing is said of how large a number is: a test that times is a test that fails at random.
"""
import pathlib
import re
import subprocess
import sys

expected = [tuple(line.split('\t')) for line in pathlib.Path(sys.argv[1]).read_text(encoding='utf-8').splitlines()]
done = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, text=True)
print(done.stdout)
if done.returncode != 0:
    sys.exit(done.returncode)

lines = [line for line in done.stdout.splitlines() if not line.startswith('#')]
faults = []
if lines[:1] != ['what\tbpfxx_ns\tother\tother_ns\tratio(median)\tmin\tmax']:
    faults.append(f'the header line is {lines[:1]}')
rows = []
for line in lines[1:]:
    what, ours, other, *numbers = line.split('\t')
    rows.append((what, other))
    for number in [ours, *numbers]:
        if not re.fullmatch(r'\d+\.\d+', number) or float(number) <= 0:
            faults.append(f'{number!r} is no positive number, in: {line}')
    if len(numbers) != 4 or not float(numbers[2]) <= float(numbers[1]) <= float(numbers[3]):
        faults.append(f'ratio, min and max do not fit together, in: {line}')
faults += [f'missing: {row}' for row in expected if row not in rows]
faults += [f'unexpected: {row}' for row in rows if row not in expected]
if len(rows) != len(expected):
    faults.append(f'{len(rows)} rows, expected {len(expected)}')
sys.exit('\n'.join(faults) or 0)
