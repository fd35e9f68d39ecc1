"""A pure header's dependency list, as the compiler tells it (-M), names no header of ours that makes system calls.

<unistd.h> itself may stand in that list, as Boost.Config brings it: what counts is whether one of ours includes it.
"""
import tree

MAKES_SYSTEM_CALLS = ['sys/call.hpp', 'fd.hpp']

repository, _, compiler = tree.arguments(__doc__.split('\n')[0])
mark = repository.include.as_posix() + '/'
faults = []
for header in filter(repository.is_pure, repository.headers):
    done = tree.compile_text(compiler, ['-I', str(repository.root / 'include'), '-M'], f'#include <bpfxx/{header}>\n')
    if done.returncode != 0:
        faults.append(f'{header}: {done.stderr}')
    dependencies = done.stdout.replace('\\\n', ' ').split()
    ours = [dependency[len(mark):] for dependency in dependencies if dependency.startswith(mark)]
    if done.returncode == 0 and header not in ours:
        faults.append(f'{header}: its dependency list does not name it, so this rule sees nothing')
    faults += [f'{header}: is pure, and yet reaches {other}' for other in ours if other in MAKES_SYSTEM_CALLS]
    faults += [f'{header}: is pure, and yet reaches <unistd.h> through {other}' for other in ours
               if '<unistd.h>' in repository.includes(other)]
tree.finish(faults)
