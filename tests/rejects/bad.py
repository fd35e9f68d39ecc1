"""Proves that reject.py can go red, on both sides of a pair: bad.py COMPILER FLAGS..."""
import pathlib
import subprocess
import sys
import tempfile

GOOD = '''// reject: the value has to be even
consteval int half(int value) {
    if (value % 2 != 0) throw "the value has to be even";
    return value / 2;
}
#ifdef REJECT
static_assert(half(3) == 1);
#else
static_assert(half(4) == 2);
#endif
'''
BAD = [
    (GOOD.replace('half(4) == 2', 'half(4) == 3'), 'the twin, without -DREJECT, does not compile'),
    (GOOD.replace('half(3) == 1', 'half(2) == 1'), 'compiles with -DREJECT'),
    (GOOD.replace('throw "the value has to be even"', 'throw "odd"'), 'is rejected, but not in these words'),
    (GOOD.replace('throw "the value has to be even"', 'throw "odd"; // the value has to be even'), 'is rejected, but not in these words'),
    (GOOD.replace('throw "the value has to be even";', 'throw "odd";\n    // the value has to be even'), 'is rejected, but not in these words'),
    (GOOD.replace('static_assert(half(3) == 1)', '#include <nowhere.h>'), 'is rejected, but not in these words'),
    ('\n' + GOOD, 'line 1 is not'),
    (GOOD.replace('// reject: the value has to be even', '// reject: .*'), 'the regex has to name a sentence'),
    (GOOD.replace('// reject: the value has to be even', '// reject: error'), 'the regex has to name a sentence'),
]

faults = []
script = pathlib.Path(__file__).with_name('reject.py')
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / 'sample.cpp'
    for source, sentence in [(GOOD, ''), *BAD]:
        path.write_text(source)
        done = subprocess.run([sys.executable, str(script), str(path), '--', *sys.argv[1:]], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if (done.returncode == 0) != (sentence == '') or sentence not in done.stdout:
            faults.append(f'expected {sentence or "success"!r}, exit status {done.returncode}:\n{done.stdout}\n{source}')
print('\n'.join(faults))
sys.exit(1 if faults else 0)
