"""One rejection and its twin: reject.py FILE -- COMPILER FLAGS...

The file compiles as it stands; with -DREJECT it does not, and what the compiler prints matches the regex of its first line,
`// reject: <regex>`. A space in the regex matches any white space, as compilers break lines; the file's own comments do not count.
"""
import os
import re
import subprocess
import sys

path, compiler = sys.argv[1], sys.argv[3:]
with open(path, encoding='utf-8') as file:
    source = file.read()
first = source.split('\n', 1)[0]
if not first.startswith('// reject: '):
    sys.exit(f'{path}: line 1 is not "// reject: <regex>"')
regex = first.removeprefix('// reject: ').strip()
if re.search(regex, '') or len(regex.split()) < 3:
    sys.exit(f'{path}: the regex has to name a sentence, at least three words of it: {regex}')


def compile_it(*options):
    return subprocess.run([*compiler, '-fsyntax-only', *options, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=os.environ | {'LC_ALL': 'C'})


twin = compile_it()
if twin.returncode != 0:
    sys.exit(f'{path}: the twin, without -DREJECT, does not compile:\n{twin.stdout}')
rejected = compile_it('-DREJECT')
if rejected.returncode == 0:
    sys.exit(f'{path}: compiles with -DREJECT, and should not')

comments = {line.strip() for line in source.split('\n') if '//' in line}
said = [re.sub(r'^\s*(\d+ )?\| ', '', line).strip() for line in rejected.stdout.split('\n')]
said = ' '.join(' '.join(line for line in said if line not in comments).split())
if not re.search(re.sub(r'\s+', r'\\s+', regex), said):
    sys.exit(f'{path}: is rejected, but not in these words: {regex}\n{rejected.stdout}')
print(next((line for line in rejected.stdout.split('\n') if re.search(regex, line)), '').strip())
