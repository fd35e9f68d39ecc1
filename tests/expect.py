"""Runs a command that has to fail and to say why: expect.py [--exit CODE] REGEX -- COMMAND... The proof that a check can go red."""
import re
import subprocess
import sys

at = sys.argv.index('--')
*options, regex = sys.argv[1:at]
expected = int(options[1]) if options else 1
done = subprocess.run(sys.argv[at + 1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
print(''.join('| ' + line for line in done.stdout.splitlines(keepends=True)))
said = re.search(regex, done.stdout) is not None
if done.returncode != expected or not said:
    sys.exit(f'exit status {done.returncode}, expected {expected}; this sentence was {"" if said else "not "}there: {regex}')
