"""What failed, what doctest or a script said of it, and the end of what was printed: failures.py CONFIGURATION TESTLOG_JSON"""
import json
import re
import sys

LINES = 25
TOLD = re.compile(r'ERROR:|TEST CASE:|SUBCASE:|\bFAILED\b|\bfailed: |exit status [1-9]|runtime error:')


def told(said):
    """The lines that say that something is wrong, each with the three after it; of the last LINES nothing, they follow."""
    chosen = set()
    for number, line in enumerate(said[:-LINES]):
        if TOLD.search(line):
            chosen.update(range(number, min(number + 4, len(said) - LINES)))
    return [said[number] for number in sorted(chosen)][-2 * LINES:]


configuration, report = sys.argv[1:]
with open(report, encoding='utf-8') as file:
    tests = [json.loads(line) for line in file]
for test in tests:
    if test['result'] in ('OK', 'EXPECTEDFAIL', 'SKIP'):
        continue
    print(f"== {configuration}: {test['name']}: {test['result']} after {test['duration']:.0f} s")
    said = (test.get('stdout') or '').splitlines() + (test.get('stderr') or '').splitlines()
    for line in told(said) + said[-LINES:]:
        print('  ', line[:300])
