"""check_rows.py ROWS WITHOUT COMMAND...: a benchmark prints exactly the rows that ROWS names, and every number is positive.
What is counted instead of timed stands in a table of its own before the other, and may be 0.

A line of ROWS is `what | bpfxx | other | other...`, by names as the benchmark prints them; others that begin with one of
the words of WITHOUT, which are separated by commas, were not built. Nothing is said of how large a number is: a test that
times is a test that fails at random.
"""
import pathlib
import re
import subprocess
import sys

absent = tuple(word for word in sys.argv[2].split(',') if word)
expected = []
for line in pathlib.Path(sys.argv[1]).read_text(encoding='utf-8').splitlines():
    what, ours, *others = line.split(' | ')
    expected += [(what, ours, other) for other in others if not other.startswith(absent)]

done = subprocess.run(sys.argv[3:], stdout=subprocess.PIPE, text=True)
print(done.stdout)
if done.returncode != 0:
    sys.exit(done.returncode)

header, *lines = [re.split(r'\s{2,}', line) for line in done.stdout.splitlines() if not line.startswith('#')]
faults = []
rows = []
if header == ['what', 'bpfxx', 'count', 'other', 'count']:
    while lines and len(lines[0]) == len(header) and lines[0][0] != 'what':
        what, our_name, ours, other_name, other = lines.pop(0)
        rows.append((what, our_name, other_name))
        faults += [f'{number!r} is no number, in: {what}' for number in [ours, other] if not number.isdecimal()]
    header, *lines = lines
if header not in (['what', 'bpfxx', unit, 'other', unit, 'ratio', 'min', 'max'] for unit in ('ns', 'M/s')):
    faults.append(f'the header line is {header}')
for line in lines:
    if len(line) != len(header):
        faults.append(f'{len(line)} columns in: {line}')
        continue
    what, our_name, ours, other_name, other, ratio, least, most = line
    rows.append((what, our_name, other_name))
    for number in [ours, other, ratio, least, most]:
        if not re.fullmatch(r'\d+\.\d+', number) or float(number) <= 0:
            faults.append(f'{number!r} is no positive number, in: {line}')
    if not faults and not float(least) <= float(ratio) <= float(most):
        faults.append(f'ratio, min and max do not fit together, in: {line}')
faults += [f'missing: {row}' for row in expected if row not in rows]
faults += [f'unexpected: {row}' for row in rows if row not in expected]
if len(rows) != len(expected):
    faults.append(f'{len(rows)} rows, expected {len(expected)}')
sys.exit('\n'.join(faults) or 0)
