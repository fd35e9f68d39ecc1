"""What failed, and the end of what it printed: failures.py CONFIGURATION TESTLOG_JSON"""
import json
import sys

LINES = 25

configuration, report = sys.argv[1:]
with open(report, encoding='utf-8') as file:
    tests = [json.loads(line) for line in file]
for test in tests:
    if test['result'] in ('OK', 'EXPECTEDFAIL', 'SKIP'):
        continue
    print(f"== {configuration}: {test['name']}: {test['result']} after {test['duration']:.0f} s")
    said = (test.get('stdout') or '').splitlines() + (test.get('stderr') or '').splitlines()
    for line in said[-LINES:]:
        print('  ', line[:300])
