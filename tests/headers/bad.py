"""Proves that a rule of this folder can go red: bad.py RULE [-- COMPILER...].

The rule runs on a small good tree, which it has to pass, and on that tree with one fault at a time, which it has to name.
"""
import pathlib
import subprocess
import sys
import tempfile

PURE = '#pragma once\n// pure\n'
KERNEL = '#pragma once\n// kernel\n'

GOOD = {
    'include/bpfxx/error.hpp': PURE + '#include <cstdint>\n',
    'include/bpfxx/error_code.hpp': PURE + '#include <bpfxx/error.hpp>\n#include <system_error>\n',
    'include/bpfxx/sys/call.hpp': KERNEL + '#include <bpfxx/error.hpp>\n#include <unistd.h>\ninline void f() { asm volatile(""); }\n',
    'include/bpfxx/fd.hpp': KERNEL + '#include <bpfxx/sys/call.hpp>\n',
    'include/bpfxx/link/xdp.hpp': KERNEL + '#include <bpfxx/fd.hpp>\n',
    'include/bpfxx/map/hash.hpp': KERNEL + '#include <bpfxx/fd.hpp>\n#include <bpfxx/map/pin.hpp>\n',
    'include/bpfxx/map/pin.hpp': KERNEL,
    'include/bpfxx/all.hpp': KERNEL + '// SPDX-License-Identifier: BSL-1.0\n\n' + ''.join(
        f'#include <bpfxx/{name}.hpp>\n' for name in ['error', 'fd', 'link/xdp', 'map/hash', 'map/pin', 'sys/call']),
    'tests/all.cpp': ''.join(
        f'#include <bpfxx/{name}.hpp>\n'
        for name in ['error', 'error_code', 'fd', 'link/xdp', 'map/hash', 'map/pin', 'sys/call']),
    'tests/through.hpp': '#include "fake/kernel.hpp"\n',
    'tests/fake_one.cpp': '#include "fake/kernel.hpp"\n',
    'README.md': 'Maps:\n```cpp\nint kept();\n```\n',
    'examples/one.cpp': 'int kept();\nint main() { return kept(); }\n',
    'sources.txt': 'fake fake_one.cpp\nothers all.cpp\n',
    'tests/headers/opt_in.txt': '# comment\nerror_code.hpp system_error  # reason\n',
    'tests/headers/budget.txt': 'map 30000  # reason\nlink 30000  # reason\n',
    'tests/headers/layers.txt': '# comment\nerror_code -> error  # reason\nsys -> error  # reason\nfd -> sys/call  # reason\n'
                                'map -> fd  # reason\nlink -> fd  # reason\n',
}

# rule: [(file, what is put into it instead, what the rule has to say)]
BAD = {
    'first_lines': [
        ('include/bpfxx/error.hpp', '// pure\n#pragma once\n', 'error.hpp: line 1 is not'),
        ('include/bpfxx/map/pin.hpp', '#pragma once\n// pure: really\n', 'map/pin.hpp: line 2 is neither'),
        ('include/bpfxx/map/pin.hpp', '#pragma once', 'map/pin.hpp: line 2 is neither'),
    ],
    'length': [('include/bpfxx/map/pin.hpp', KERNEL + '//\n' * 399, 'map/pin.hpp: 401 lines')],
    'includes': [
        ('include/bpfxx/error.hpp', PURE + '#include <functional>\n', 'error.hpp: includes <functional>'),
        ('include/bpfxx/error.hpp', PURE + '#  include <boost/outcome.hpp>\n', 'error.hpp: includes <boost/outcome.hpp>'),
        ('include/bpfxx/error.hpp', PURE + '#include <system_error>\n', 'error.hpp: includes <system_error>'),
        ('include/bpfxx/error_code.hpp', PURE + '#include <system_error>\n#include <memory>\n', 'error_code.hpp: includes <memory>'),
        ('include/bpfxx/error_code.hpp', PURE, 'opt_in.txt: error_code.hpp does not include <system_error>'),
        ('include/bpfxx/error.hpp', PURE + '#include <bpf/bpf.h>\n', 'error.hpp: includes <bpf/bpf.h>'),
        ('include/bpfxx/fd.hpp', KERNEL + '#include "sys/call.hpp"\n', 'fd.hpp: "sys/call.hpp" is to be written'),
        ('include/bpfxx/fd.hpp', KERNEL + '#include <bpfxx/none.hpp>\n', 'fd.hpp: there is no none.hpp'),
        ('tests/headers/opt_in.txt', 'error_code.hpp system_error # a\nnone.hpp # b\n', 'opt_in.txt: there is no none.hpp'),
    ],
    'syscalls': [
        ('include/bpfxx/fd.hpp', KERNEL + 'inline void f() { asm volatile("nop"); }\n', 'fd.hpp:3: enters the kernel'),
        ('include/bpfxx/fd.hpp', KERNEL + 'inline void f() {\n ::syscall(1);\n}\n', 'fd.hpp:4: enters the kernel'),
    ],
    'pure': [
        ('include/bpfxx/error.hpp', PURE + '#include <unistd.h>\n', 'reaches <unistd.h> through error.hpp'),
        ('include/bpfxx/map/pin.hpp', PURE + '#include <bpfxx/fd.hpp>\n', 'map/pin.hpp: is pure, and yet reaches fd.hpp'),
        ('include/bpfxx/map/hash.hpp', PURE + '#include <bpfxx/link/xdp.hpp>\n', 'map/hash.hpp: is pure, and yet reaches sys/call.hpp'),
        ('include/bpfxx/error.hpp', PURE + '#include <nowhere.h>\n', 'nowhere.h'),
    ],
    'layers': [
        ('include/bpfxx/link/xdp.hpp', KERNEL + '#include <bpfxx/fd.hpp>\n#include <bpfxx/map/pin.hpp>\n',
         'link/xdp.hpp includes map/pin.hpp: no line'),
        ('tests/headers/layers.txt', GOOD['tests/headers/layers.txt'] + 'map never error  # reason\n',
         'map never reaches error, and yet: map/hash.hpp -> fd.hpp -> sys/call.hpp -> error.hpp'),
        ('tests/headers/layers.txt', GOOD['tests/headers/layers.txt'] + 'map sees error  # reason\n', 'neither ->, never nor reaches: map sees'),
        ('tests/headers/layers.txt', GOOD['tests/headers/layers.txt'] + 'link reaches error_code  # reason\n', 'link does not reach error_code'),
        ('include/bpfxx/link/xdp.hpp', KERNEL, 'no include uses link -> fd'),
        ('include/bpfxx/map/pin.hpp', KERNEL + '#include <bpfxx/map/hash.hpp>\n',
         'a circle of includes: map/hash.hpp -> map/pin.hpp -> map/hash.hpp'),
        ('tests/headers/layers.txt', GOOD['tests/headers/layers.txt'] + 'map/hash -> fd  # reason\n', 'no include uses map -> fd'),
        ('tests/headers/layers.txt', GOOD['tests/headers/layers.txt'] + 'map -> fd  # reason\n', 'map -> fd stands there twice'),
        ('tests/headers/layers.txt', GOOD['tests/headers/layers.txt'].replace('map -> fd  # reason', 'map -> fd'), 'no reason for: map -> fd'),
    ],
    'budget': [
        ('include/bpfxx/map/pin.hpp', KERNEL + ';\n' * 30001, 'map/pin.hpp: 30002 lines, and 30000 is its limit'),
        ('include/bpfxx/link/xdp.hpp', KERNEL + '#include <nowhere.h>\n', 'nowhere.h'),
        ('tests/headers/budget.txt', 'map 30000 # a\nring 34000 # b\n', 'budget.txt: no header stands under ring'),
    ],
    'mentioned': [
        ('tests/all.cpp', GOOD['tests/all.cpp'].replace('#include <bpfxx/map/pin.hpp>\n', '// bpfxx/map/pin.hpp\n'),
         'map/pin.hpp: no test includes'),
    ],
    'all': [
        ('include/bpfxx/map/new.hpp', KERNEL, 'all.hpp lacks map/new.hpp'),
        ('include/bpfxx/map/all.hpp', KERNEL, 'map/all.hpp lacks map/hash.hpp'),
        ('include/bpfxx/map/all.hpp', KERNEL, 'all.hpp lacks map/all.hpp'),
        ('include/bpfxx/map/all.hpp', KERNEL, 'all.hpp has map/hash.hpp, which it should not'),
        ('include/bpfxx/all.hpp', GOOD['include/bpfxx/all.hpp'] + '#include <bpfxx/error_code.hpp>\n', 'all.hpp has error_code.hpp'),
        ('include/bpfxx/all.hpp', '\n'.join(reversed(GOOD['include/bpfxx/all.hpp'].split('\n'))), 'all.hpp is out of order'),
        ('include/bpfxx/all.hpp', None, 'there is no all.hpp'),
    ],
    'alone': [
        ('include/bpfxx/error.hpp', PURE + 'inline std::uint32_t f() { return 0; }\n', 'error.hpp does not compile alone'),
        ('include/bpfxx/error.hpp', '// pure\nstruct twice {};\n', 'error.hpp does not compile alone'),
        ('include/bpfxx/error.hpp', PURE + 'inline int f() { throw 1; }\n', 'error.hpp does not compile alone'),
        ('include/bpfxx/error.hpp', PURE + 'inline short f(int i) { return i; }\n', 'onversion'),
        ('include/bpfxx/error.hpp', PURE + 'inline int f(int i) { { int i = 2; (void)i; } return i; }\n', 'shadow'),
    ],
    'readme': [
        ('README.md', '```cpp\nint lost();\n```\n', 'README.md: this snippet stands in no example and no test'),
        ('docs/more.md', 'x\n\n```cpp\nint lost();\n```\n', 'more.md: this snippet stands in no example and no test'),
        ('README.md', 'nothing\n', 'README.md has no snippet'),
    ],
    'listed': [
        ('tests/map/new.cpp', '', 'tests/map/new.cpp stands in no list'),
        ('tests/all.cpp', '#include "fake/kernel.hpp"\n', 'tests/all.cpp uses the fake kernel and does not stand in the list'),
        ('tests/all.cpp', '#include "through.hpp"\n', 'tests/all.cpp uses the fake kernel and does not stand in the list'),
    ],
}


def options(rule, root):
    return {
        'alone': ['error.hpp'],
        'listed': [str(root / 'sources.txt'), '--under', 'tests'],
    }.get(rule, [])


def run(rule, compiler, change):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for name, text in (GOOD | change).items():
            if text is not None:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
        script = pathlib.Path(__file__).with_name(rule + '.py')
        command = [sys.executable, str(script), '--root', str(root), *options(rule, root), '--', *compiler]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


rule = sys.argv[1]
compiler = sys.argv[3:]
faults = []
if (done := run(rule, compiler, {})).returncode != 0:
    faults.append(f'{rule} refuses the good tree:\n{done.stdout}')
for name, text, sentence in BAD[rule]:
    done = run(rule, compiler, {name: text})
    if done.returncode != 1 or sentence not in done.stdout:
        faults.append(f'{rule} does not say "{sentence}" (exit status {done.returncode}):\n{done.stdout}')
print('\n'.join(faults))
sys.exit(1 if faults else 0)
